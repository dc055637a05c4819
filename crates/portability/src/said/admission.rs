//! On what stands between the API server and its store, and between a Pod and its node.

use super::sentences;

sentences! {
    /// The level that the target enforces.
    PodSecurity {
        NoLevel => ["its namespace names no level of Pod Security"], ["de namespace noemt geen niveau van Pod Security"];
        Level { level: String } => ["Pod Security is enforced at level {level}"],
            ["Pod Security wordt afgedwongen op niveau {level}"];
        Unknown { why: String } => ["the level of Pod Security is not known ({why})"],
            ["het niveau van Pod Security is niet bekend ({why})"];
    }
}

sentences! {
    /// On what lets Pods in.
    Admission {
        QuotasUnknown { why: String } => ["the target's quotas are not known: {why}"],
            ["de quota van het doel zijn niet bekend: {why}"];
        NoQuantity { quota: String, namespace: String, hard: String, used: String } =>
            ["quota {quota} of {namespace}: {hard} or {used} is no quantity"],
            ["quota {quota} van {namespace}: {hard} of {used} is geen hoeveelheid"];
        Exceeds { quota: String, namespace: String, resource: String, needs: String, hard: String, used: String } =>
            ["quota {quota} of {namespace}: {resource} needs {needs}, of {hard} {used} is used"],
            ["quota {quota} van {namespace}: van {resource} is {needs} nodig, van {hard} is {used} in gebruik"];
        MayExceed { quota: String, namespace: String, resource: String, needs: String, hard: String, used: String } =>
            ["quota {quota} of {namespace}: {resource} needs {needs} when its CronJobs and autoscalers run at their most, \
              of {hard} {used} is used"],
            ["quota {quota} van {namespace}: van {resource} is {needs} nodig als CronJobs en autoscalers op hun meest draaien, \
              van {hard} is {used} in gebruik"];
        Warns { words: String } => ["the target warns: {words}"], ["het doel waarschuwt: {words}"];
        WebhookFailed { webhook: String, configuration: String } =>
            ["webhook {webhook} of {configuration} must be asked (failurePolicy Fail), and the target could not complete the \
              request"],
            ["webhook {webhook} van {configuration} moet worden gevraagd (failurePolicy Fail), en het doel kon het verzoek niet \
              afmaken"];
        WebhookSilent { webhook: String, configuration: String } =>
            ["webhook {webhook} of {configuration} does not answer and is passed over (failurePolicy Ignore)"],
            ["webhook {webhook} van {configuration} antwoordt niet en wordt overgeslagen (failurePolicy Ignore)"];
    }
}
