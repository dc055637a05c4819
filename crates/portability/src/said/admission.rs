//! On what stands between the API server and its store, and between a Pod and its node.

use havenmeester_api::Language;

use super::sentences;

sentences! {
    /// The level that the target enforces.
    PodSecurity {
        NoLevel => ["its namespace names no level of Pod Security"], ["de namespace noemt geen niveau van Pod Security"];
        Level { level: String } => ["Pod Security is enforced at level {level}"],
            ["Pod Security wordt afgedwongen op niveau {level}"];
        Unknown { why: super::Unseen } => ["the level of Pod Security is not known ({why})"],
            ["het niveau van Pod Security is niet bekend ({})", why.say(Language::Nl)];
    }
}

sentences! {
    /// On what lets Pods in.
    Admission {
        QuotasUnknown { why: super::Unseen } => ["the target's quotas are not known: {why}"],
            ["de quota van het doel zijn niet bekend: {}", why.say(Language::Nl)];
        NoQuantity { quota: String, namespace: String, hard: String, used: String } =>
            ["quota {quota} of {namespace}: {hard} or {used} is no quantity"],
            ["quota {quota} van {namespace}: {hard} of {used} is geen hoeveelheid"];
        Exceeds {
            quota: String, namespace: String, resource: String, needs: String, hard: String, used: String, at_most: bool
        } => ["quota {quota} of {namespace}: {resource} needs {needs}{}, of {hard} {used} is used", most(*at_most, Language::En)],
            ["quota {quota} van {namespace}: van {resource} is {needs} nodig{}, van {hard} is {used} in gebruik",
                most(*at_most, Language::Nl)];
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

/// When so much is needed.
fn most(at_most: bool, language: Language) -> &'static str {
    match (at_most, language) {
        (false, _) => "",
        (true, Language::En) => " when its CronJobs and autoscalers run at their most",
        (true, Language::Nl) => " als CronJobs en autoscalers op hun meest draaien",
    }
}
