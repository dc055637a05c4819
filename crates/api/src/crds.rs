//! All definitions, in the order in which they are applied.
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;

use crate::{
    Approval, AutonomyStandard, Contract, Drill, Exemption, ExternalApplication, MemberCluster, Migration,
    PlacementPolicy, Provider, Workload,
};

/// The definition of every kind. A kind that is not here is not served.
pub fn all() -> Vec<CustomResourceDefinition> {
    vec![
        Provider::crd(),
        AutonomyStandard::crd(),
        MemberCluster::crd(),
        Workload::crd(),
        PlacementPolicy::crd(),
        Exemption::crd(),
        Approval::crd(),
        Migration::crd(),
        Contract::crd(),
        ExternalApplication::crd(),
        Drill::crd(),
    ]
}

#[cfg(test)]
mod tests;
