//! Image registries, asked as the command line says.
use anyhow::Context as _;
use havenmeester_fleet::{Authorities, Registries, RegistryOptions};

use crate::args::RegistryArgs;

/// Asks them.
pub(crate) fn of(args: &RegistryArgs) -> anyhow::Result<Registries> {
    let mut authorities = Authorities::default();
    for path in &args.registry_ca {
        let text =
            std::fs::read(path).with_context(|| format!("reading --registry-ca {}", path.display()))?;
        let read =
            Authorities::from_pem(&text).with_context(|| format!("--registry-ca {}", path.display()))?;
        authorities.add(read);
    }
    Ok(Registries::new(RegistryOptions {
        plain_http: args.plain_http_registry.clone(),
        authorities,
    }))
}
