//! On images and the registries that they come from.

use super::sentences;

sentences! {
    /// On images.
    Images {
        NoneAsked => ["no registry was asked for its images"], ["aan geen enkel register is naar de images gevraagd"];
        ArchitecturesUnknown { why: super::Unseen } => ["which architectures the target's nodes have is not known: {why}"],
            ["welke architectuur de nodes van het doel hebben, is niet bekend: {}", why.say(havenmeester_api::Language::Nl)];
        NoName { words: String } => ["{words}"], ["dit is geen naam van een image: {words}"];
        NotLookedFor { image: String } => ["{image} was not looked for"], ["naar {image} is niet gekeken"];
        NotFound { image: String } => ["{image} is not in its registry"], ["{image} staat niet in het register"];
        NotMirrored { image: String, host: String } =>
            ["{image} is not in {host}, the only mirror that the target's nodes ask"],
            ["{image} staat niet in {host}, de enige spiegel waar de nodes van het doel om vragen"];
        RefusedWithoutLogin { host: String, image: String } =>
            ["{host} refuses {image} without a login, and no pull Secret has one for it; some registries say so also of what they \
              lack"],
            ["{host} weigert {image} zonder aanmelding, en geen enkel pull-Secret heeft er een; sommige registers zeggen dat ook \
              van wat zij niet hebben"];
        RefusedWithLogin { host: String, image: String, secrets: String } =>
            ["{host} refuses {image} with the login of Secret {secrets}; some registries say so also of what they lack"],
            ["{host} weigert {image} met de aanmelding van Secret {secrets}; sommige registers zeggen dat ook van wat zij niet \
              hebben"];
        SecretUnread { host: String, image: String, secrets: String } =>
            ["{host} refuses {image}, and Secret {secrets} could not be read: it may have the login"],
            ["{host} weigert {image}, en Secret {secrets} was niet te lezen: misschien staat de aanmelding daarin"];
        Unclear { image: String, why: super::Unanswered } => ["{image}: {why}"], ["{image}: {}", why.say(havenmeester_api::Language::Nl)];
        NoArchitecture { image: String } => ["{image} does not say for which architecture it is"],
            ["{image} zegt niet voor welke architectuur het is"];
        NoNodeRuns { image: String, built: String, lacking: String } =>
            ["{image} is built for {built}, the target's nodes are {lacking}: none of them can run it"],
            ["{image} is gebouwd voor {built}, de nodes van het doel zijn {lacking}: geen daarvan kan het draaien"];
        SomeNodesRun { image: String, built: String, lacking: String } =>
            ["{image} is built for {built}, the target also has {lacking}: only some of the target's nodes can run it"],
            ["{image} is gebouwd voor {built}, het doel heeft ook {lacking}: alleen sommige nodes van het doel kunnen het draaien"];
        NobodysRegistry { host: String } =>
            ["no Provider names the registry {host}: whether it survives a cut-off is not known"],
            ["geen Provider noemt het register {host}: of het een afsluiting overleeft, is niet bekend"];
        LostRegistry { image: String, host: String, provider: String, why: super::Both } =>
            ["{image} comes from {host} of {provider}: {}", why.say(havenmeester_api::Language::En)],
            ["{image} komt uit {host} van {provider}: {}", why.say(havenmeester_api::Language::Nl)];
        RefusedRegistry { image: String, host: String, provider: String, why: super::Both } =>
            ["{image} comes from {host} of {provider}, and the policies of the workload do not let it depend on that: {}",
                why.say(havenmeester_api::Language::En)],
            ["{image} komt uit {host} van {provider}, en daarvan mag de workload volgens het beleid niet afhangen: {}",
                why.say(havenmeester_api::Language::Nl)];
        PullSecret { secret: String } => ["Secret {secret} must open the target's registry as well"],
            ["Secret {secret} moet ook het register van het doel openen"];
        Unpinned { image: String, why: super::Unanswered } => ["{image} keeps its name: {why}"], ["{image} houdt zijn naam: {}", why.say(havenmeester_api::Language::Nl)];
    }
}
