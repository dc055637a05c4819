//! What a dry run finds on real API servers, and that it is true: each Block is tried with the gate open, and the move
//! is seen to fail; what is free to go goes, object by object.
//!
//! Invariant: one set of clusters for all cases; every wait is for what is then claimed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in a test a panic is the answer, also in its helpers"
)]

#[path = "../hub/mod.rs"]
mod hub;
mod pulls;
mod scene;

use futures::future::join_all;
use havenmeester_api::{
    condition::{COMPLETE, get},
    migration::{Answer, MigrationStatus, Question, Step, StepState, StepStatus},
};
use havenmeester_migration::Gate;
use havenmeester_simulator::PROVISIONER;
use scene::{BLOCKS, FENCED, GIVEN, KEEPS, NARROW, Scene};
use serde_json::{Value, json};

/// A Deployment of three Pods of a tenth of a core, as charts make them, under Pod Security's strictest level.
const WEB: &str = r#"
{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {colour: blue}}
---
{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 3, selector: {matchLabels: {app: web}},
  template: {metadata: {labels: {app: web}}, spec: {
    securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}},
    containers: [{name: web, image: "web:1", resources: {requests: {cpu: 100m}, limits: {cpu: 100m}},
      envFrom: [{configMapRef: {name: web}}],
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}}}}
"#;

/// How a move that was begun in spite of a Block is seen to fail.
enum Fails {
    /// It ends by itself, and nothing has moved.
    Ends,
    /// The target's controller says that it may not make the Pods.
    NoPods,
    /// The target's scheduler says that no node takes the Pod.
    NoNode,
    /// What stands on the target is not what was sent: a field is gone.
    Drops,
    /// It waits in this step and comes no further.
    Waits(Step),
    /// A node has the Pod and cannot start it, for this reason.
    NotStarted(&'static str),
    /// It comes to its end, and what the volume held is not on the target.
    Loses,
}

struct Case {
    name: &'static str,
    app: String,
    to: &'static str,
    question: Question,
    fails: Fails,
}

fn case(name: &'static str, app: impl Into<String>, question: Question, fails: Fails) -> Case {
    Case {
        name,
        app: app.into(),
        to: "b",
        question,
        fails,
    }
}

const WIDGETS: &str = r"{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: widgets.example.nl},
  spec: {group: example.nl, scope: Namespaced, names: {kind: Widget, plural: widgets}, versions: [{name: v1, served: true,
    storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}}";

/// A claim on a class that the target does not have, and a Pod that waits for it.
const VOLUME: &str = r#"
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {storageClassName: only-here,
  accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 1, selector: {matchLabels: {app: web}},
  template: {metadata: {labels: {app: web}}, spec: {volumes: [{name: data, persistentVolumeClaim: {claimName: data}}],
    containers: [{name: web, image: "web:1", volumeMounts: [{name: data, mountPath: /data}]}]}}}}
"#;

/// A claim on a class, and a Pod that needs it.
fn claims(class: &str, mode: &str, size: &str) -> String {
    VOLUME
        .replace("only-here", class)
        .replace("ReadWriteOnce", mode)
        .replace("1Gi", size)
}

/// A Pod whose volume is one disk of a provider.
const DISK: &str = r#"
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 1, selector: {matchLabels: {app: web}},
  template: {metadata: {labels: {app: web}}, spec: {
    volumes: [{name: data, azureDisk: {diskName: one, diskURI: /subscriptions/0/disks/one, kind: Managed}}],
    containers: [{name: web, image: "web:1", volumeMounts: [{name: data, mountPath: /data}]}]}}}}
"#;

/// An entry point of a class that the target does not have.
const ENTRY: &str = r"---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}, spec: {ingressClassName: only-there, rules: [{
  host: shop.example.nl, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}}
";

/// Storage of the source and of the target under the same names.
const CLASSES_HERE: &str = r"
{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: blocks}, provisioner: PLAYED}
---
{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: small}, provisioner: PLAYED}
---
{apiVersion: storage.k8s.io/v1, kind: CSIDriver, metadata: {name: disk.csi.azure.com}, spec: {attachRequired: false}}
---
{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: only-there}, spec: {controller: example.nl/there}}
";
const CLASSES_THERE: &str = r"
{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: blocks}, provisioner: BLOCKS}
---
{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: small}, provisioner: small.example.nl,
  volumeBindingMode: WaitForFirstConsumer}
---
{apiVersion: storage.k8s.io/v1, kind: CSIDriver, metadata: {name: small.example.nl}, spec: {storageCapacity: true}}
";
const ROOM: &str = r"{apiVersion: storage.k8s.io/v1, kind: CSIStorageCapacity, metadata: {name: small}, storageClassName: small,
  capacity: 2Gi, nodeTopology: {}}";

const NO_LATEST: &str = r#"
{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: no-latest}, spec: {
  matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}]},
  validations: [{expression: "object.spec.template.spec.containers.all(c, !c.image.endsWith(':latest'))", message: "no latest"}]}}
---
{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicyBinding, metadata: {name: no-latest}, spec: {
  policyName: no-latest, validationActions: [Deny]}}
"#;

fn webhook(name: &str, policy: &str) -> String {
    format!(
        "{{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {{name: {name}}},
  webhooks: [{{name: {name}.example.nl, failurePolicy: {policy}, sideEffects: None, admissionReviewVersions: [v1],
    clientConfig: {{service: {{namespace: default, name: {name}}}}},
    namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {name}}}}},
    rules: [{{apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}}]}}]}}"
    )
}

fn cases(locked: &str) -> Vec<Case> {
    let plain = WEB
        .replace("runAsNonRoot: true, ", "")
        .replace("allowPrivilegeEscalation: false, ", "");
    let mut all = vec![
        case("restricted", plain, Question::Admission, Fails::NoPods),
        case("quota", WEB, Question::Admission, Fails::NoPods),
        case("limits", WEB.replace("100m", "200m"), Question::Admission, Fails::NoPods),
        case("latest", WEB.replace("web:1", "web:latest"), Question::DryRun, Fails::Ends),
        case(
            "widget",
            "{apiVersion: example.nl/v1, kind: Widget, metadata: {name: one}, spec: {size: 3}}",
            Question::Served,
            Fails::Ends,
        ),
        case("silent", WEB, Question::Admission, Fails::Waits(Step::Create)),
        case("large", WEB.replace("100m", "9000"), Question::Capacity, Fails::NoNode),
        case("taken", WEB, Question::Collisions, Fails::Ends),
        case(
            "volume",
            VOLUME
                .replace("accessModes", "volumeMode: Block, accessModes")
                .replace("volumeMounts", "volumeDevices")
                .replace("mountPath", "devicePath"),
            Question::Storage,
            Fails::NoNode,
        ),
        case(
            "older",
            "{apiVersion: v1, kind: PodTemplate, metadata: {name: one}, template: {spec: {hostnameOverride: shop.example.nl,
              containers: [{name: c, image: \"i:1\"}]}}}",
            Question::DryRun,
            Fails::Drops,
        ),
        case(
            NARROW,
            "{apiVersion: v1, kind: LimitRange, metadata: {name: own}, spec: {limits: [{type: Container, max: {cpu: '1'}}]}}",
            Question::Access,
            Fails::Ends,
        ),
    ];
    all.extend(of_references());
    all.extend(of_storage());
    all.extend(of_images(locked));
    for one in &mut all {
        match one.name {
            "older" => one.to = "old",
            NARROW => one.to = "narrow",
            GIVEN => one.to = GIVEN,
            _ => {}
        }
    }
    all
}

fn of_references() -> Vec<Case> {
    let account = WEB.replace(
        "spec: {\n    security",
        "spec: {serviceAccountName: absent,\n    security",
    );
    vec![
        case("account", account, Question::References, Fails::NoPods),
        case(
            "envless",
            WEB.replace("name: web}, data", "name: other}, data"),
            Question::References,
            Fails::NotStarted("CreateContainerConfigError"),
        ),
        case(
            "entry",
            WEB.to_owned() + ENTRY,
            Question::References,
            Fails::Waits(Step::AwaitServing),
        ),
        case(GIVEN, WEB, Question::References, Fails::Waits(Step::Create)),
        case(
            "disk",
            DISK,
            Question::LockIn,
            Fails::NotStarted("ContainerCreating"),
        ),
        case(FENCED, WEB, Question::Fencing, Fails::Waits(Step::StopSource)),
    ]
}

fn of_storage() -> Vec<Case> {
    vec![
        case(
            "shared",
            claims("blocks", "ReadWriteMany", "1Gi"),
            Question::Storage,
            Fails::NoNode,
        ),
        case(
            "bulky",
            claims("small", "ReadWriteOnce", "5Gi"),
            Question::Storage,
            Fails::NoNode,
        ),
        case(
            KEEPS,
            claims("blocks", "ReadWriteOnce", "1Gi"),
            Question::Transfer,
            Fails::Loses,
        ),
    ]
}

fn of_images(locked: &str) -> Vec<Case> {
    let image = |name: &str| WEB.replace("web:1", name);
    let pull = || Fails::NotStarted("ImagePullBackOff");
    vec![
        case("unpushed", image("web:2"), Question::Images, pull()),
        case("other-machine", image("other:1"), Question::Images, pull()),
        case(
            "refused",
            image(&format!("{locked}/shop/web:1")),
            Question::Images,
            pull(),
        ),
    ]
}

/// What each target has of its own.
async fn furnish(scene: &Scene) {
    let level = json!({"pod-security.kubernetes.io/enforce": "restricted"});
    scene.namespace("b", "restricted", &level).await;
    for name in ["quota", "fits", "limits", "taken", "silent"] {
        scene.namespace("b", name, &json!({})).await;
    }
    let quota = |pods: u32| {
        format!(
            "{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: own}}, spec: {{hard: {{pods: '{pods}', requests.cpu: 1}}}}}}"
        )
    };
    scene.apply("b", "quota", &quota(2)).await;
    scene.apply("b", "fits", &quota(3)).await;
    let range = "{apiVersion: v1, kind: LimitRange, metadata: {name: own}, spec: {limits: [{type: Container, max: {cpu: 150m}}]}}";
    scene.apply("b", "limits", range).await;
    scene.apply("b", "", NO_LATEST).await;
    scene.apply("a", "", WIDGETS).await;
    scene.apply("b", "", &webhook("silent", "Fail")).await;
    scene.apply("b", "", &webhook("passed-over", "Ignore")).await;
    let theirs = "{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {colour: green}}";
    scene.apply("b", "taken", theirs).await;
    let class = "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: only-here}, provisioner: example.nl/none}";
    scene.apply("a", "", class).await;
    let played = |text: &str| text.replace("PLAYED", PROVISIONER).replace("BLOCKS", BLOCKS);
    scene.apply("a", "", &played(CLASSES_HERE)).await;
    scene.apply("b", "", &played(CLASSES_THERE)).await;
    scene.apply("b", "default", ROOM).await;
}

fn answer(status: &MigrationStatus, question: Question) -> Answer {
    let found = status.questions.iter().find(|one| one.question == question);
    found
        .unwrap_or_else(|| panic!("no {question:?}: {status:#?}"))
        .answer
}

fn ended(status: &MigrationStatus) -> String {
    let complete = get(&status.conditions, COMPLETE);
    complete
        .map(|one| format!("{} {}", one.status, one.reason))
        .unwrap_or_default()
}

fn has_condition(object: Option<&Value>, kind: &str, status: &str) -> bool {
    let list = object.and_then(|object| object.pointer("/status/conditions")?.as_array());
    list.into_iter()
        .flatten()
        .any(|one| one["type"] == kind && one["status"] == status)
}

/// Dry run: the Block that is expected, and no other.
async fn finds(scene: &Scene, case: &Case) {
    let name = format!("try-{}", case.name);
    scene
        .ask(&name, case.name, case.to, json!({"dryRun": true}))
        .await;
    let status = scene.until(&name, case.name, Gate::Hold, async |_| false).await;
    assert_eq!(ended(&status), "True Rehearsed", "{status:#?}");
    assert_eq!(status.questions.len(), Question::ALL.len());
    assert_eq!(
        answer(&status, case.question),
        Answer::Block,
        "{}: {:#?}",
        case.name,
        status.findings
    );
    let older = answer(&status, Question::Reachable);
    assert_eq!(
        older == Answer::Warn,
        case.to == "old",
        "{}: {:#?}",
        case.name,
        status.findings
    );
    // A right that is missing also refuses the dry run; no other question may be alarmed.
    let others: Vec<Question> = status
        .questions
        .iter()
        .filter(|one| one.answer == Answer::Block && one.question != case.question)
        .map(|one| one.question)
        .collect();
    let expected: &[Question] = if case.name == NARROW {
        &[Question::DryRun]
    } else {
        &[]
    };
    assert_eq!(others, expected, "{}: {:#?}", case.name, status.findings);
    for finding in &status.findings {
        assert!(
            finding.severity == "Pass" || finding.remedy.is_some(),
            "{finding:?}"
        );
    }
}

/// The real move with the gate held writes nothing; with it open it is seen to fail.
async fn fails(scene: &Scene, case: &Case) {
    let held = format!("held-{}", case.name);
    scene.ask(&held, case.name, case.to, json!({})).await;
    let status = scene.until(&held, case.name, Gate::Hold, async |_| false).await;
    let begun = |step: Step| {
        status
            .steps
            .iter()
            .any(|one| one.name == step && one.started_at.is_some())
    };
    let wrote = begun(Step::Create) || begun(Step::CreateStopped);
    assert!(!wrote, "{}: {status:#?}", case.name);

    let open = format!("open-{}", case.name);
    scene.ask(&open, case.name, case.to, json!({})).await;
    let status = scene
        .until(&open, case.name, Gate::Open, async |status| {
            seen(scene, case, status).await
        })
        .await;
    let over = ended(&status);
    if matches!(case.fails, Fails::Loses) {
        assert!(loses(scene, case).await, "{}: {status:#?}", case.name);
        return;
    }
    assert_ne!(over, "True Moved", "{}: a false alarm: {status:#?}", case.name);
    if matches!(case.fails, Fails::Ends) {
        let failed = status.steps.iter().find(|one| one.state == StepState::Failed);
        assert_eq!(
            failed.map(|one| one.name),
            Some(Step::Create),
            "{}: {status:#?}",
            case.name
        );
    } else {
        assert!(seen(scene, case, &status).await, "{}: {status:#?}", case.name);
        // Nothing runs on the older target that would take a namespace apart, and going back writes on the source too.
        if case.to != "old" && case.name != FENCED {
            scene.abort(&open, case.name).await;
        }
    }
}

async fn seen(scene: &Scene, case: &Case, status: &MigrationStatus) -> bool {
    let apps = |kind: &'static str| ("apps", "v1", kind);
    match &case.fails {
        Fails::Ends => false,
        Fails::Loses => retains(status),
        Fails::NotStarted(reason) => {
            let found = scene.pods(case.to, case.name).await;
            found.iter().any(|pod| {
                let state = pod.pointer("/status/containerStatuses/0/state/waiting/reason");
                state.and_then(Value::as_str) == Some(*reason)
            })
        }
        Fails::NoPods => {
            let found = scene.get(case.to, case.name, apps("Deployment"), "web").await;
            has_condition(found.as_ref(), "ReplicaFailure", "True")
        }
        Fails::NoNode => {
            let found = scene.pods(case.to, case.name).await;
            found
                .iter()
                .any(|pod| has_condition(Some(pod), "PodScheduled", "False"))
        }
        Fails::Drops => {
            let found = scene
                .get(case.to, case.name, ("", "v1", "PodTemplate"), "one")
                .await;
            found.is_some_and(|found| found.pointer("/template/spec/hostnameOverride").is_none())
        }
        Fails::Waits(step) => status.step == Some(*step) && status.waiting_for.is_some(),
    }
}

fn retains(status: &MigrationStatus) -> bool {
    let begun = |one: &StepStatus| one.name == Step::Retain && one.state != StepState::Pending;
    status.steps.iter().any(begun)
}

/// The copy on the target has a volume that was made empty, and the source keeps the one with the data.
async fn loses(scene: &Scene, case: &Case) -> bool {
    let claim = ("", "v1", "PersistentVolumeClaim");
    let here = scene.get("a", case.name, claim, "data").await;
    let there = scene.get(case.to, case.name, claim, "data").await;
    let volume = |claim: &Option<Value>| {
        let name = claim.as_ref()?.pointer("/spec/volumeName")?.as_str()?;
        Some(name.to_owned())
    };
    let filled = there
        .as_ref()
        .is_some_and(|claim| claim.pointer("/spec/dataSource").is_some());
    volume(&here).is_some() && volume(&there).is_some() && volume(&here) != volume(&there) && !filled
}

/// What nothing blocks goes, and what stands there is what was sent: that is what the step Verify compares.
async fn goes(scene: &Scene, app: &str, warned: Option<Question>, pinned: bool) {
    let name = format!("try-{app}");
    scene.ask(&name, app, "b", json!({"dryRun": true})).await;
    let status = scene.until(&name, app, Gate::Hold, async |_| false).await;
    for one in &status.questions {
        let expected = if Some(one.question) == warned {
            Answer::Warn
        } else {
            Answer::Pass
        };
        let good = one.answer == expected;
        assert!(good, "{app}: {one:?} {:#?}", status.findings);
    }
    let name = format!("go-{app}");
    scene.ask(&name, app, "b", json!({"pinDigests": pinned})).await;
    let retained = async |status: &MigrationStatus| retains(status);
    let status = scene.until(&name, app, Gate::Hold, retained).await;
    assert_eq!(ended(&status), "True Moved", "{app}: {status:#?}");
    let verified = status.steps.iter().find(|one| one.name == Step::Verify);
    assert!(
        verified.is_some_and(|one| one.state == StepState::Done),
        "{app}: {status:#?}"
    );
    let digest = status.images.first().and_then(|one| one.digest.clone());
    let digest = digest.unwrap_or_else(|| panic!("{app}: no digest: {status:#?}"));
    let sent = scene.get("b", app, ("apps", "v1", "Deployment"), "web").await;
    let image = sent
        .as_ref()
        .and_then(|one| one.pointer("/spec/template/spec/containers/0/image"));
    let expected = if pinned {
        format!("web:1@{digest}")
    } else {
        "web:1".to_owned()
    };
    let named = image.and_then(Value::as_str).unwrap_or_default();
    assert!(named.ends_with(&expected), "{app}: {named} is not {expected}");
}

fn mode(app: &str) -> &'static str {
    if app == KEEPS { "exclusive" } else { "replicable" }
}

/// An application of sixty objects.
fn sixty() -> String {
    let maps = (0..57).map(|place| {
        format!("---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: map-{place}}}, data: {{k: v}}}}\n")
    });
    WEB.to_owned() + &maps.collect::<String>()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_block_is_true_and_what_is_free_goes() {
    let scene = Box::pin(Scene::set()).await;
    furnish(&scene).await;
    let cases = cases(&scene.locked.host());
    let mut apps = Vec::new();
    let free = [
        ("fits", WEB.to_owned()),
        ("passed-over", WEB.to_owned()),
        ("sixty", sixty()),
        ("single", claims("blocks", "ReadWriteOnce", "1Gi")),
    ];
    for (name, app) in cases.iter().map(|one| (one.name, one.app.clone())).chain(free) {
        scene
            .namespace("a", name, &json!({"havenmeester.dev/mode": mode(name)}))
            .await;
        apps.push((name, scene.apply("a", name, &app).await));
    }
    scene
        .serves("a", &["quota", "fits", "sixty", "passed-over", "single", KEEPS])
        .await;
    scene.track(&apps).await;

    let begun = tokio::time::Instant::now();
    goes(&scene, "sixty", None, false).await;
    println!(
        "{}",
        json!({"bench": "dry-run-and-move", "objects": 60, "ms": begun.elapsed().as_millis()})
    );
    join_all(cases.iter().map(|case| finds(&scene, case))).await;
    tokio::join!(
        goes(&scene, "fits", None, true),
        goes(&scene, "passed-over", Some(Question::Admission), false),
        goes(&scene, "single", Some(Question::Transfer), false),
    );
    join_all(cases.iter().map(|case| fails(&scene, case))).await;

    scene.leaves_nothing().await;
    scene.end().await;
}
