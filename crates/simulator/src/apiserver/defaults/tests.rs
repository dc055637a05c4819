//! What is filled in, and that a second time changes nothing.

use serde_json::json;

use super::super::builtin;
use super::fill;

#[test]
fn filling_in_twice_is_filling_in_once() {
    let given = json!({
        "metadata": {"name": "x"}, "type": "",
        "spec": {
            "template": {"spec": {"containers": [{"name": "a", "image": "b"}], "volumes": [{"name": "v"}]}},
            "jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "a"}]}}}},
            "volumeClaimTemplates": [{"metadata": {"name": "v"}}], "ports": [{"port": 80}], "containers": [{"name": "a"}],
        },
    });
    for kind in builtin::kinds() {
        let mut once = given.clone();
        fill(&kind, &mut once);
        let mut twice = once.clone();
        fill(&kind, &mut twice);
        assert_eq!(once, twice, "{}", kind.qualified());
    }
}

#[test]
fn images_without_a_tag_are_pulled_each_time() {
    let policy = |image: &str| {
        let mut pod = json!({"spec": {"containers": [{"name": "a", "image": image}]}});
        super::pod::of_pod(&mut pod);
        pod["spec"]["containers"][0]["imagePullPolicy"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(policy("a"), "Always");
    assert_eq!(policy("r:5000/a"), "Always");
    assert_eq!(policy("a:latest"), "Always");
    assert_eq!(policy("r:5000/a:1"), "IfNotPresent");
    assert_eq!(policy("a@sha256:00"), "IfNotPresent");
}
