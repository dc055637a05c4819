//! Applications: real ones from `../shared/manifests`, and small ones.
//!
//! Invariant: an application is applied whole, but for the objects in [`REFUSED`].

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use havenmeester_portability::ObjectKey;
use havenmeester_portability::image::{ImageName, images_used};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::{Api, Client};
use serde_json::{Value, json};

use crate::objects::{self, create};

/// What no API server takes of the rendered charts: names that end in a dash, and an Ingress without rules.
pub const REFUSED: [&str; 3] = [
    "batch/Job docs/docs-backend-migrate-",
    "batch/Job docs/docs-backend-createsuperuser-",
    "networking.k8s.io/Ingress mb-nextcloud/mb-nextcloud",
];

/// Criticality, sensitivity and mode, as labels say them.
pub type Tags = (&'static str, &'static str, &'static str);

/// One application: a namespace and what is in it.
#[derive(Clone, Debug)]
pub struct App {
    /// The namespace, and so the name of its Workload.
    pub name: &'static str,
    /// `None`: nobody's business.
    pub tags: Option<Tags>,
    objects: Vec<Value>,
}

impl App {
    /// Signalen: back end, front end, classification and maps in one namespace.
    pub fn signalen(tags: Tags) -> anyhow::Result<Self> {
        let mut objects = Vec::new();
        for chart in ["backend", "classification", "frontend", "mapserver"] {
            objects.extend(chart_objects(&format!("signalen-{chart}"))?);
        }
        Ok(Self::new("signalen", Some(tags), objects))
    }

    /// Docs of MijnBureau.
    pub fn docs(tags: Tags) -> anyhow::Result<Self> {
        Ok(Self::new("docs", Some(tags), chart_objects("mijnbureau-docs")?))
    }

    /// Keycloak of MijnBureau.
    pub fn keycloak(tags: Tags) -> anyhow::Result<Self> {
        Ok(Self::new(
            "keycloak",
            Some(tags),
            chart_objects("mijnbureau-keycloak")?,
        ))
    }

    /// Nextcloud of MijnBureau, with the two Secrets that its chart leaves to others.
    pub fn nextcloud(tags: Option<Tags>) -> anyhow::Result<Self> {
        let mut objects = chart_objects("mijnbureau-nextcloud")?;
        for name in ["mb-nextcloud-externalredis", "mb-nextcloud-externalminio"] {
            objects.push(
                json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name},
                "stringData": {"username": "test", "password": "only-in-a-test"}}),
            );
        }
        Ok(Self::new("mb-nextcloud", tags, objects))
    }

    /// One Deployment and what it needs.
    pub fn small(name: &'static str, tags: Option<Tags>) -> Self {
        let objects = vec![
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"LANGUAGE": "nl"}}),
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
                "spec": {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}]}}),
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
                "spec": {"replicas": 2, "selector": {"matchLabels": {"app": name}},
                    "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{
                        "name": "app", "image": format!("registry.example.nl/{name}:1.0.0"),
                        "envFrom": [{"configMapRef": {"name": "settings"}}],
                        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}]}}}}),
        ];
        Self::new(name, tags, objects)
    }

    /// The same beside as many ConfigMaps as make it so many objects.
    #[must_use]
    pub fn of_objects(mut self, count: usize) -> Self {
        for place in self.objects.len()..count {
            let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": format!("map-{place}")},
                "data": {"key": "value"}});
            self.objects.push(map);
        }
        self
    }

    /// One Deployment of one image.
    pub fn of_image(name: &'static str, tags: Tags, image: &str) -> Self {
        let mut app = Self::small(name, Some(tags));
        for object in &mut app.objects {
            if let Some(named) = object.pointer_mut("/spec/template/spec/containers/0/image") {
                *named = image.into();
            }
        }
        app
    }

    /// Its images as a mirror has them, without those of registries on loopback, which have them already.
    pub(crate) fn images(&self) -> BTreeSet<String> {
        let keyed: Vec<(ObjectKey, &Value)> = self
            .objects
            .iter()
            .filter_map(|object| Some((ObjectKey::from_value(object).ok()?, object)))
            .collect();
        let uses = images_used(keyed.iter().map(|(key, object)| (key, *object)));
        let names = uses
            .iter()
            .filter_map(|one| ImageName::parse(&one.ask.image).ok());
        names
            .filter(|name| !name.registry().starts_with("127.0.0.1"))
            .map(|name| format!("{}:{}", name.repository(), name.tag().unwrap_or("latest")))
            .collect()
    }

    fn new(name: &'static str, tags: Option<Tags>, objects: Vec<Value>) -> Self {
        Self { name, tags, objects }
    }

    /// The labels of its namespace.
    pub fn labels(tags: Option<Tags>) -> Value {
        tags.map_or_else(
            || json!({}),
            |(criticality, sensitivity, mode)| {
                json!({
                    "havenmeester.dev/criticality": criticality,
                    "havenmeester.dev/sensitivity": sensitivity,
                    "havenmeester.dev/mode": mode,
                })
            },
        )
    }

    /// Makes the namespace and everything in it.
    pub(crate) async fn set_up(&self, client: &Client) -> anyhow::Result<()> {
        let space = json!({"apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": self.name, "labels": Self::labels(self.tags)}});
        create(client, None, &space).await?;
        self.account(client).await?;
        let mut refused = Vec::new();
        for object in &self.objects {
            match create(client, Some(self.name), object).await {
                Ok(()) => {}
                Err(error) if error.code() == Some(422) => {
                    let key = ObjectKey::from_value(object)?;
                    refused.push(key.to_string());
                }
                Err(error) => return Err(error).context(self.name),
            }
        }
        let expected: Vec<&str> = REFUSED
            .into_iter()
            .filter(|key| key.contains(&format!(" {}/", self.name)))
            .collect();
        ensure!(
            refused == expected,
            "{}: the API server refused {refused:?}, not {expected:?}",
            self.name
        );
        Ok(())
    }

    /// Waits for the default service account, without which no Pod is admitted.
    async fn account(&self, client: &Client) -> anyhow::Result<()> {
        let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), self.name);
        let there = async || accounts.get_opt("default").await.ok().flatten();
        havenmeester_simulator::until(Duration::from_mins(1), there)
            .await
            .with_context(|| format!("the default service account of {}", self.name))?;
        Ok(())
    }
}

fn chart_objects(file: &str) -> anyhow::Result<Vec<Value>> {
    let directory: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/manifests");
    if !directory.is_dir() {
        bail!(
            "no real manifests at {}; put the rendered charts there",
            directory.display()
        );
    }
    objects::read(&directory.join(format!("{file}.yaml")))
}
