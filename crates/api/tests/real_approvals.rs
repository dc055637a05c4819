//! Nobody approves in the name of another: the chart's admission policy and rights on a real API server, for two users.
//!
//! Invariant: what is installed is what stands in `deploy/`, which is what the chart makes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics fails, and says where"
)]
use std::path::{Path, PathBuf};
use std::time::Duration;

use havenmeester_api::approval::ApprovalSpec;
use havenmeester_api::{Approval, crds};
use havenmeester_testenv::{Cluster, ClusterOptions};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Api, DeleteParams, DynamicObject, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Client, Config, ResourceExt};
use serde_json::{Value, json};

const SPACE: &str = "havenmeester";
/// How long an admission policy may take until it is in force.
const IN_FORCE_WITHIN: Duration = Duration::from_mins(1);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Creates an object of any kind.
async fn create(client: &Client, namespace: Option<&str>, object: Value) {
    let version = object["apiVersion"].as_str().unwrap();
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let gvk = GroupVersionKind::gvk(group, version, object["kind"].as_str().unwrap());
    let resource = ApiResource::from_gvk(&gvk);
    let object: DynamicObject = serde_json::from_value(object).unwrap();
    let api: Api<DynamicObject> = match namespace {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
        None => Api::all_with(client.clone(), &resource),
    };
    let name = object.name_any();
    api.create(&PostParams::default(), &object)
        .await
        .unwrap_or_else(|e| panic!("{name}: {e}"));
}

/// The administrator in the person of somebody else.
async fn as_user(cluster: &Cluster, user: &str) -> Api<Approval> {
    let mut kubeconfig = Kubeconfig::from_yaml(&cluster.kubeconfig()).unwrap();
    for named in &mut kubeconfig.auth_infos {
        named.auth_info.as_mut().unwrap().impersonate = Some(user.to_owned());
    }
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .unwrap();
    Api::namespaced(Client::try_from(config).unwrap(), SPACE)
}

fn approval(name: &str, approver: &str) -> Approval {
    Approval::new(
        name,
        ApprovalSpec {
            workload: "signalen".to_owned(),
            plan: format!("sha256-{}", "0".repeat(64)),
            approver: approver.to_owned(),
            role: None,
            reason: None,
            until: None,
        },
    )
}

/// What the API server says when it refuses.
async fn refused(api: &Api<Approval>, object: &Approval, how: &PostParams) -> Option<(u16, String)> {
    match api.create(how, object).await {
        Ok(_) => None,
        Err(kube::Error::Api(status)) => Some((status.code, status.message.clone())),
        Err(other) => panic!("{other}"),
    }
}

async fn furnish(client: &Client) {
    create(
        client,
        None,
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}}),
    )
    .await;
    let definitions: Api<CustomResourceDefinition> = Api::all(client.clone());
    let approvals = crds::all().into_iter().find(|c| c.spec.names.kind == "Approval");
    let definition = approvals.unwrap();
    definitions
        .create(&PostParams::default(), &definition)
        .await
        .unwrap();
    let established = kube::runtime::conditions::is_crd_established();
    kube::runtime::wait::await_condition(definitions, &definition.name_any(), established)
        .await
        .unwrap();
    let wanted = [
        "ClusterRole",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    ];
    let documents: Vec<Value> = serde_saphyr::from_multiple(&read("deploy/20-hub.yaml")).unwrap();
    for object in documents {
        if object["kind"].as_str().is_some_and(|kind| wanted.contains(&kind)) {
            create(client, None, object).await;
        }
    }
    let users: Vec<Value> = ["alderman", "clerk"]
        .map(|name| json!({"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": name}))
        .into();
    // The part and not the role that is aggregated from it: no controllers run here.
    let bind = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": "approvers"}, "subjects": users,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "havenmeester-part-approvals"}});
    create(client, Some(SPACE), bind).await;
}

#[tokio::test]
async fn nobody_approves_in_the_name_of_another() {
    let cluster = Cluster::start(ClusterOptions::new("approvals").controllers(false))
        .await
        .unwrap();
    let admin = cluster.client();
    furnish(&admin).await;
    let (alderman, clerk) = (
        as_user(&cluster, "alderman").await,
        as_user(&cluster, "clerk").await,
    );
    let real = PostParams::default();
    let dry = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    // A policy is in force some moments after it was made: until then a trial is let through.
    let in_force = async {
        while refused(&clerk, &approval("trial", "alderman"), &dry)
            .await
            .is_none()
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(IN_FORCE_WITHIN, in_force).await.unwrap();

    let (code, message) = refused(&clerk, &approval("not-mine", "alderman"), &real)
        .await
        .unwrap();
    assert_eq!(code, 403, "{message}");
    let clear = "spec.approver: you are clerk; nobody approves in the name of alderman";
    assert!(message.contains(clear), "{message}");
    // Not even an administrator does.
    let everybody: Api<Approval> = Api::namespaced(admin.clone(), SPACE);
    let (code, message) = refused(&everybody, &approval("not-mine", "alderman"), &real)
        .await
        .unwrap();
    assert!(
        code == 403 && message.contains("in the name of alderman"),
        "{message}"
    );

    for (api, user) in [(&alderman, "alderman"), (&clerk, "clerk")] {
        assert_eq!(refused(api, &approval(user, user), &real).await, None, "{user}");
    }
    // Who has no such right cannot in any name; who has it cannot change what was said, and can take it back.
    let stranger = as_user(&cluster, "stranger").await;
    let (code, message) = refused(&stranger, &approval("stranger", "stranger"), &real)
        .await
        .unwrap();
    assert!(
        code == 403 && message.contains("cannot create resource"),
        "{message}"
    );
    let changed = Patch::Merge(json!({"spec": {"approver": "clerk"}}));
    for (api, code) in [(&alderman, 403), (&everybody, 422)] {
        match api.patch("alderman", &PatchParams::default(), &changed).await {
            Err(kube::Error::Api(status)) => assert_eq!(status.code, code, "{}", status.message),
            other => panic!("{other:?}"),
        }
    }
    alderman
        .delete("alderman", &DeleteParams::default())
        .await
        .unwrap();
}

#[test]
fn the_chart_and_deploy_have_the_same_policy() {
    let labels = ["name", "instance", "version", "managed-by"].map(|key| {
        let value = match key {
            "version" => "\"0.1.0\"",
            "managed-by" => "Helm",
            _ => "havenmeester",
        };
        format!("\n    app.kubernetes.io/{key}: {value}")
    });
    let labels = labels.concat() + "\n    helm.sh/chart: havenmeester-0.1.0";
    let chart = read("charts/havenmeester/templates/approvals.yaml")
        .replace("{{ include \"havenmeester.fullname\" . }}", "havenmeester")
        .replace(" {{- include \"havenmeester.labels\" . | nindent 4 }}", &labels);
    let deploy = read("deploy/20-hub.yaml");
    for document in chart.split("---\n") {
        assert!(deploy.contains(document.trim_end()), "{document}");
    }
}
