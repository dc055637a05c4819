//! What a score loses for what a place costs, worked out once more: in fractions, from the declared prices.
//!
//! Invariant: shares no code with the planner but how policies weigh the core values.
use anyhow::ensure;
use havenmeester_placement::{
    ClusterView, Contact, Demand, MOST_BY_VOLUME, POINT_MIB, Part, Price, Request, Resource, Score,
    WorkloadId, WorkloadView, effective,
};

use super::is_active;

/// A twelfth of a year's cost is a month's.
const MONTHS: f64 = 12.0;
/// What the core values bring together.
const CORE_VALUES: i64 = 980;

/// Whether the parts of a score that are about money are what they ought to be, give or take a point of rounding.
pub(crate) fn check(
    request: &Request,
    (id, workload): (&WorkloadId, &WorkloadView),
    cluster: &str,
    score: &Score,
) -> anyhow::Result<()> {
    let (running, unknown, moving) = points(request, (id, workload), cluster);
    let told = |part: Part| -score.parts.get(&part).copied().unwrap_or(0);
    // A place that has fewer points than that loses what it has.
    let bare = score.total + told(Part::RunningCost) + told(Part::CostUnknown) + told(Part::MovingCost);
    let near = |told: i64, ours: f64, left: i64| (told as f64 - ours.min(left as f64)).abs() <= 1.0;
    let runs = told(Part::RunningCost) + told(Part::CostUnknown);
    ensure!(
        near(told(Part::RunningCost), running, bare)
            && near(told(Part::CostUnknown), unknown, bare)
            && near(told(Part::MovingCost), moving, bare - runs),
        "{id} on {cluster}: {score:?}, and not {running} {unknown} {moving}"
    );
    Ok(())
}

fn points(request: &Request, (id, workload): (&WorkloadId, &WorkloadView), cluster: &str) -> (f64, f64, f64) {
    let clusters = &request.fleet.clusters;
    let most = most(request, id, workload);
    let month = |view: &ClusterView| month(in_fleet_currency(request, view)?, &workload.demand);
    let cheapest = clusters.values().filter_map(month).min_by(f64::total_cmp);
    let view = &clusters[cluster];
    let (running, unknown) = match (month(view), cheapest) {
        _ if clusters.values().all(|view| view.price.is_none()) => (0.0, 0.0),
        (Some(month), Some(cheapest)) if month > 0.0 => (most * (month - cheapest) / month, 0.0),
        (Some(_), _) => (0.0, 0.0),
        (None, _) => (0.0, most),
    };
    let stored: i64 = workload
        .demand
        .others
        .iter()
        .filter(|(resource, _)| matches!(resource, Resource::Storage(_)))
        .map(|(_, mib)| mib)
        .sum();
    let by_volume = (stored as f64 / POINT_MIB as f64)
        .ceil()
        .min(MOST_BY_VOLUME as f64);
    let source = workload.home.as_ref().and_then(|home| clusters.get(home));
    let source = source.filter(|view| !matches!(view.contact, Contact::Lost { .. }));
    let egress = source.and_then(|view| in_fleet_currency(request, view)?.egress_tib);
    let by_money = match (egress, cheapest) {
        (Some(egress), Some(cheapest)) if most > 0.0 => {
            let leaving = egress as f64 * stored as f64 / f64::from(1 << 20);
            let whole = leaving + MONTHS * cheapest;
            if whole > 0.0 {
                (most * leaving / whole).floor()
            } else {
                0.0
            }
        }
        _ => 0.0,
    };
    let there = workload.home.as_deref() == Some(cluster) || is_active(view, workload);
    (running, unknown, if there { 0.0 } else { by_volume + by_money })
}

/// What the core value cost can bring.
fn most(request: &Request, id: &WorkloadId, workload: &WorkloadView) -> f64 {
    let weights = effective(request, id, workload).weights;
    let all = [
        weights.autonomy,
        weights.quality,
        weights.security,
        weights.innovation,
        weights.sustainability,
        weights.transparency,
    ];
    let cost = i64::from(weights.cost.unwrap_or(1));
    let sum = cost
        + all
            .into_iter()
            .map(|weight| i64::from(weight.unwrap_or(1)))
            .sum::<i64>();
    (CORE_VALUES * cost).checked_div(sum).unwrap_or(0) as f64
}

fn in_fleet_currency<'a>(request: &Request, view: &'a ClusterView) -> Option<&'a Price> {
    let many = |currency: &str| {
        let prices = request
            .fleet
            .clusters
            .values()
            .filter_map(|view| view.price.as_ref());
        prices.filter(|price| price.currency == currency).count()
    };
    let price = view.price.as_ref()?;
    let other = if price.currency == "EUR" { "USD" } else { "EUR" };
    let (ours, theirs) = (many(&price.currency), many(other));
    (ours > theirs || ours == theirs && price.currency == "EUR").then_some(price)
}

fn month(price: &Price, demand: &Demand) -> Option<f64> {
    let mut sum = demand.cpu_milli as f64 / 1_000.0 * price.cpu_month as f64
        + demand.memory_mib as f64 / 1_024.0 * price.memory_gib_month as f64;
    for (resource, asked) in &demand.others {
        let unit = if matches!(resource, Resource::Storage(_)) {
            f64::from(1 << 20)
        } else {
            1.0
        };
        sum += *asked as f64 / unit * *price.others.get(resource)? as f64;
    }
    Some(sum)
}
