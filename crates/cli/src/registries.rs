//! Image registries, asked as the command line says.
use anyhow::Context as _;
use havenmeester_fleet::{Authorities, Registries, RegistryOptions};

use crate::args::RegistryArgs;

/// Asks them.
pub(crate) fn of(args: &RegistryArgs) -> anyhow::Result<Registries> {
    let mut text = Vec::new();
    for path in &args.registry_ca {
        let read =
            std::fs::read(path).with_context(|| format!("reading --registry-ca {}", path.display()))?;
        Authorities::from_pem(&read).with_context(|| format!("--registry-ca {}", path.display()))?;
        text.extend(read);
        text.push(b'\n');
    }
    let authorities = if text.is_empty() {
        Authorities::default()
    } else {
        Authorities::from_pem(&text)?
    };
    Ok(Registries::new(RegistryOptions {
        plain_http: args.plain_http_registry.clone(),
        authorities,
    }))
}
