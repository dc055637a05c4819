//! The simulated Kubernetes API server: what the daemon and everyday kubectl use of a real one, in the process.
//!
//! Not here: controllers, nodes, network and HTTP serving (elsewhere in this crate). Left out on purpose: CEL rules,
//! webhooks, conversion between versions, aggregation, pod logs and exec. Invariants: one request is one atomic step;
//! time is tokio's; the same seed and the same requests give the same objects, byte for byte.
//!
//! Taken from crates: `json-patch` (JSON patch, merge patch) and kube's label selectors. Looked for and not found:
//! a kept-up API server, server-side apply or strategic merge in Rust; schemas are our own (see `schema`).

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::json;

mod access;
mod answer;
mod apply;
mod bind;
mod body;
mod builtin;
mod clock;
mod convert;
mod crd;
mod create;
mod decode;
mod defaults;
mod delete;
mod discovery;
mod error;
mod fields;
mod gc;
mod kinds;
mod managers;
mod names;
mod namespace;
mod object;
mod openapi;
mod patch;
mod prepare;
mod protobuf;
mod query;
mod quota;
mod read;
mod registry;
mod reviews;
mod route;
mod scale;
mod schema;
mod seeded;
mod selector;
mod server;
mod store;
mod strategic;
mod table;
mod update;
mod user;
mod validate;
mod watch;

#[cfg(test)]
mod tests;

pub use body::Body;
pub use user::{Rule, User};

use error::ApiError;
use route::{Route, Target, Verb};
use server::{Call, Server, Writing};

/// One simulated API server; a clone is another handle on the same one.
#[derive(Debug, Clone)]
pub struct ApiServer(Arc<Server>);

/// How an API server is to be.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a controller that a test may do without"
)]
pub struct ApiServerConfig {
    /// For people: stands in logs.
    pub name: String,
    /// Same seed, same uids, generated names and addresses.
    pub seed: u64,
    /// The wall time at which it starts; it goes on with tokio's time.
    pub start: Timestamp,
    /// The Kubernetes version that it says it is: major and minor.
    pub version: (u32, u32),
    /// Collect objects whose owners are gone, as kube-controller-manager does. Default: yes.
    pub garbage_collector: bool,
    /// Empty and remove namespaces that are deleted, as kube-controller-manager does. Default: yes.
    pub namespace_controller: bool,
    /// Keep the status of `ResourceQuota`s, as kube-controller-manager does. Default: yes.
    pub quota_controller: bool,
    /// Make the `default` `ServiceAccount` and `kube-root-ca.crt` in each new namespace. Default: no.
    pub default_objects: bool,
    /// Changes that are kept per resource for watches and paged lists; a watch further behind gets 410 Gone.
    /// Default: 2,000, some minutes of a busy cluster.
    pub history_per_resource: usize,
}

impl Default for ApiServerConfig {
    fn default() -> Self {
        Self {
            name: "cluster".into(),
            seed: 0,
            start: Timestamp::UNIX_EPOCH,
            version: (1, 36),
            garbage_collector: true,
            namespace_controller: true,
            quota_controller: true,
            default_objects: false,
            history_per_resource: 2_000,
        }
    }
}

impl ApiServer {
    /// An API server with the four namespaces that each cluster has.
    pub fn new(config: ApiServerConfig) -> Self {
        let server = Self(Arc::new(Server::new(config)));
        for namespace in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            let body = json!({"metadata": {"name": namespace}}).to_string();
            let request =
                Request::post("/api/v1/namespaces?fieldManager=kube-apiserver").body(Bytes::from(body));
            if let Ok(request) = request {
                server.answer(&User::admin(), &request);
            }
        }
        server
    }

    /// Handles one request as user `who`. The body is whole; the answer streams for watches.
    #[expect(
        clippy::unused_async,
        reason = "a seam: callers must not rely on an answer without a wait"
    )]
    pub async fn handle(&self, who: &User, req: Request<Bytes>) -> Response<Body> {
        self.answer(who, &req)
    }

    /// A client without a socket, as cluster-admin.
    pub fn client(&self) -> kube::Client {
        self.client_as(User::admin())
    }

    /// A client without a socket, as `who`.
    pub fn client_as(&self, who: User) -> kube::Client {
        let server = self.clone();
        let service = tower::service_fn(move |request: Request<kube::client::Body>| {
            let (server, who) = (server.clone(), who.clone());
            async move {
                let (parts, body) = request.into_parts();
                let body = http_body_util::BodyExt::collect(body).await?.to_bytes();
                Ok::<_, kube::Error>(server.handle(&who, Request::from_parts(parts, body)).await)
            }
        });
        kube::Client::new(service, "default")
    }

    /// Every write, in order, one line each: for determinism checks.
    pub fn log(&self) -> Vec<String> {
        self.0.lock().store.log().to_vec()
    }

    fn answer(&self, who: &User, req: &Request<Bytes>) -> Response<Body> {
        let answered = match route::parse(req.uri().path()) {
            Route::Resource(target) => self.resource(who, req, target),
            Route::Other(segments) => Ok(self.other(who, req, &segments)),
        };
        let mut response = answered.unwrap_or_else(|error| answer::error(&error));
        answer::date(&mut response, self.0.clock.now());
        response
    }

    fn resource(&self, who: &User, req: &Request<Bytes>, target: Target) -> Result<Response<Body>, ApiError> {
        let query = query::Query::parse(req.uri().query().unwrap_or_default())?;
        let Some(verb) = Verb::of(req.method(), target.name.is_some(), query.watch) else {
            return Err(ApiError::method_not_allowed());
        };
        let kind = self
            .0
            .lock()
            .registry
            .find(&target.group, &target.version, &target.plural);
        access::check(who, &target, verb)?;
        if req.method() == Method::POST
            && let Some(answer) =
                reviews::answer(who, &target.group, &target.plural, req.headers(), req.body())
        {
            return answer;
        }
        let Some(kind) = kind else {
            return self.unknown(&target);
        };
        let form = answer::form(req.headers())?;
        let schema = convert::schema_of(&kind);
        let call = Call {
            who,
            kind,
            schema,
            target,
            verb,
            query,
            form,
            headers: req.headers(),
            body: req.body(),
        };
        if !is_served(&call) {
            return Err(ApiError::no_such_address());
        }
        self.call(&call)
    }

    /// A page that is not there, or a resource that a known group has not.
    fn unknown(&self, target: &Target) -> Result<Response<Body>, ApiError> {
        let state = self.0.lock();
        let known = state
            .registry
            .all()
            .any(|k| k.id.group == target.group && k.version == target.version && !k.custom);
        if known {
            Err(ApiError::no_such_address())
        } else {
            Ok(answer::page_not_found())
        }
    }

    fn call(&self, call: &Call<'_>) -> Result<Response<Body>, ApiError> {
        let now = self.0.clock.now();
        match (call.verb, call.subresource()) {
            (Verb::Watch, "") => return watch::start(&self.0, call),
            (Verb::Get, _) => return read::get(call, &mut self.0.lock(), now),
            (Verb::List, "") => return read::list(call, &mut self.0.lock(), now),
            _ => {}
        }
        if call.query.dry_run.iter().any(|d| d != "All") {
            let errors = [error::FieldError::not_supported(
                "dryRun",
                &json!(call.query.dry_run),
                &["All".to_owned()],
            )];
            return Err(ApiError::invalid_options("CreateOptions", &errors));
        }
        let mut state = self.0.lock();
        let mut writing = Writing {
            state: &mut state,
            config: &self.0.config,
            now: self.0.clock.stamp(),
            user: call.who.name.clone(),
            dry_run: call.query.is_dry_run(),
            warnings: Vec::new(),
        };
        let mut response = match (call.verb, call.subresource()) {
            (Verb::Create, "") if call.target.name.is_none() => create::create(call, &mut writing),
            (Verb::Create, "binding") => bind::bind(call, &mut writing),
            (Verb::Update, "" | "status" | "scale" | "finalize") if call.target.name.is_some() => {
                update::update(call, &mut writing)
            }
            (Verb::Patch, "" | "status" | "scale") if call.target.name.is_some() => {
                patch::patch(call, &mut writing)
            }
            (Verb::Delete, "") => delete::delete(call, &mut writing),
            (Verb::DeleteCollection, "") => delete::collection(call, &mut writing),
            _ => Err(ApiError::method_not_allowed()),
        }?;
        quota::refresh(&mut writing, call.namespace());
        answer::warn(&mut response, &writing.warnings);
        Ok(response)
    }

    fn other(&self, who: &User, req: &Request<Bytes>, segments: &[String]) -> Response<Body> {
        let state = self.0.lock();
        let registry = &state.registry;
        let words: Vec<&str> = segments.iter().map(String::as_str).collect();
        let aggregated = answer::accept(req.headers()).contains(discovery::AGGREGATED);
        let text = |text: &'static str| answer::typed(StatusCode::OK, "text/plain; charset=utf-8", text);
        let found = match words.as_slice() {
            ["healthz" | "readyz" | "livez", ..] => return text("ok"),
            ["version"] => Some(self.version()),
            ["api" | "apis"] if aggregated => {
                let groups = discovery::aggregated(registry, words[0] == "api");
                return answer::typed(StatusCode::OK, discovery::AGGREGATED_TYPE, groups.to_string());
            }
            ["api"] => Some(discovery::core_versions()),
            ["apis"] => Some(discovery::group_list(registry)),
            ["api", version] => discovery::resources(registry, "", version),
            ["apis", group] => discovery::group(registry, group),
            ["apis", group, version] => discovery::resources(registry, group, version),
            ["openapi", "v2"] => Some(openapi::v2(registry)),
            ["openapi", "v3"] => Some(openapi::index(registry)),
            ["openapi", "v3", rest @ ..] => openapi::document(registry, &rest.join("/")),
            _ => None,
        };
        let _ = who;
        found.map_or_else(answer::page_not_found, |value| {
            answer::value(StatusCode::OK, &value)
        })
    }

    fn version(&self) -> serde_json::Value {
        let (major, minor) = self.0.config.version;
        json!({
            "major": major.to_string(), "minor": minor.to_string(),
            "gitVersion": format!("v{major}.{minor}.0"), "gitCommit": "simulated", "gitTreeState": "clean",
            "buildDate": clock::stamp(self.0.config.start), "goVersion": "none", "compiler": "rustc",
            "platform": "linux/amd64",
        })
    }
}

/// True if the address fits the kind: its scope and subresources.
fn is_served(call: &Call<'_>) -> bool {
    let scoped = call.kind.namespaced == call.target.namespace.is_some();
    let across = call.kind.namespaced
        && call.target.namespace.is_none()
        && call.target.name.is_none()
        && matches!(call.verb, Verb::List | Verb::Watch | Verb::DeleteCollection);
    let part = match call.subresource() {
        "" => true,
        "status" => call.kind.status,
        "scale" => call.kind.scale.is_some(),
        "finalize" => call.kind.is("", "namespaces"),
        "binding" => call.kind.is("", "pods"),
        _ => false,
    };
    (scoped || across) && part
}
