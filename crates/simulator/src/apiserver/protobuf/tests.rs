//! A body as kubectl sends it, and what is no body.

use serde_json::json;

use super::read;
use crate::apiserver::builtin;

/// `kubectl create configmap x --from-literal=k=v`, byte by byte.
#[test]
fn a_config_map_is_read() {
    let object = b"\x0a\x03\x0a\x01x\x12\x06\x0a\x01k\x12\x01v";
    let mut body = b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09ConfigMap\x12\x0d".to_vec();
    body.extend_from_slice(object);
    let expected =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"k": "v"}});
    assert_eq!(read(&body, &builtin::schema("core.v1.ConfigMap")), Some(expected));
}

#[test]
fn what_is_cut_off_is_refused() {
    let schema = builtin::schema("core.v1.ConfigMap");
    assert_eq!(read(b"k8s\0\x0a\x0f\x0a", &schema), None);
    assert_eq!(read(b"{}", &schema), None);
}
