//! All that is the same for all workloads, and one workload as it stands in that.
//!
//! Invariant: nothing here is promised or chosen yet, but the room of moves that are under way.
use std::borrow::Cow;
use std::collections::HashMap;

use havenmeester_api::workload::CopyState;

use crate::approval::{self, Asked};
use crate::bill::{Bill, Charges};
use crate::class::{Class, Classes};
use crate::fleet::{ClusterView, Contact};
use crate::place::Place;
use crate::request::{Request, WorkloadId, WorkloadView};
use crate::room::Room;
use crate::stock::{Kinds, Stock};
use crate::tariff::Tariff;

/// Beneath so many clusters a majority says nothing: of two, one may well be lost.
const SUSPECT_FROM: usize = 3;

/// What is the same for all workloads.
pub(crate) struct Scene<'a> {
    pub(crate) request: &'a Request,
    pub(crate) places: Vec<Place<'a>>,
    /// The room on each place before anything is decided: less what moves under way take.
    pub(crate) stocks: Vec<Stock>,
    /// How many clusters are lost, when it is so many that the hub itself may be the one cut off.
    pub(crate) hub_suspect: Option<usize>,
    /// What it is set in.
    pub(crate) ground: Cow<'a, Ground>,
}

/// What a scene is set in: what clusters say, whatever policies and workloads do.
#[derive(Clone)]
pub(crate) struct Ground {
    /// Which number is which resource.
    pub(crate) kinds: Kinds,
    /// What each place costs.
    pub(crate) tariff: Tariff,
    /// Where each namespace is active.
    pub(crate) active: Active,
    /// The room on each place, before moves under way.
    pub(crate) stocks: Vec<Stock>,
}

impl Ground {
    pub(crate) fn of(request: &Request, places: &[Place<'_>]) -> Self {
        let views = || places.iter().map(|place| place.view);
        let kinds = Kinds::of(views());
        Self {
            stocks: views()
                .map(|view| kinds.stock(&Room::on(view, request.now)))
                .collect(),
            tariff: Tariff::of(views()),
            active: active(places),
            kinds,
        }
    }

    /// The room on each place that is left by moves under way: all of these.
    pub(crate) fn booked<'w>(
        &self,
        request: &Request,
        moving: impl Iterator<Item = &'w WorkloadView>,
    ) -> Vec<Stock> {
        let names: Vec<&String> = request.fleet.clusters.keys().collect();
        let mut stocks = self.stocks.clone();
        for (workload, at) in moving.filter_map(|workload| {
            let target = &workload.moving.as_ref()?.target;
            Some((workload, names.binary_search(&target).ok()?))
        }) {
            let active = self.active.get(&workload.target.namespace);
            if !active.is_some_and(|active| active.contains(&at)) {
                stocks[at].reserve(&self.kinds.asked(&workload.demand));
            }
        }
        stocks
    }
}

impl<'a> Scene<'a> {
    /// To decide for all workloads.
    pub(crate) fn of(request: &'a Request, places: Vec<Place<'a>>) -> Self {
        let ground = Ground::of(request, &places);
        let stocks = ground.booked(request, moving(request));
        Self::with(request, places, Cow::Owned(ground), stocks)
    }

    /// From what is worked out already. `stocks`: what moves under way leave.
    pub(crate) fn with(
        request: &'a Request,
        places: Vec<Place<'a>>,
        ground: Cow<'a, Ground>,
        stocks: Vec<Stock>,
    ) -> Self {
        let lost = places.iter().filter(|place| place.view.contact.is_lost()).count();
        let suspect = places.len() >= SUSPECT_FROM && 2 * lost > places.len();
        Self {
            request,
            places,
            stocks,
            hub_suspect: suspect.then_some(lost),
            ground,
        }
    }

    /// The same as the stocks, with names: to tell of it.
    pub(crate) fn rooms(&self) -> Vec<Room> {
        let on = |place: &Place<'_>| Room::on(place.view, self.request.now);
        let mut rooms: Vec<Room> = self.places.iter().map(on).collect();
        for workload in moving(self.request) {
            let target = workload
                .moving
                .as_ref()
                .and_then(|moving| self.at(&moving.target));
            if let Some(at) = target.filter(|at| !self.active(&workload.target.namespace).contains(at)) {
                rooms[at].reserve(&workload.demand);
            }
        }
        rooms
    }

    /// The number of a place.
    pub(crate) fn at(&self, cluster: &str) -> Option<usize> {
        self.places.binary_search_by(|place| place.name.cmp(cluster)).ok()
    }

    /// The places on which a namespace was last seen active, and may still be.
    pub(crate) fn active(&self, namespace: &str) -> &[usize] {
        self.ground.active.get(namespace).map_or(&[], Vec::as_slice)
    }
}

/// Those of which a move is under way.
pub(crate) fn moving(request: &Request) -> impl Iterator<Item = &WorkloadView> {
    request
        .workloads
        .values()
        .filter(|workload| workload.moving.is_some())
}

/// On which places each namespace is active.
pub(crate) type Active = HashMap<String, Vec<usize>>;

/// Of all places.
pub(crate) fn active(places: &[Place<'_>]) -> Active {
    let mut active = Active::new();
    for (at, place) in places.iter().enumerate() {
        for namespace in active_on(place.view) {
            active.entry(namespace.to_owned()).or_default().push(at);
        }
    }
    active
}

/// The namespaces that are active on a cluster, and may still be. Of a lost cluster nothing is said.
pub(crate) fn active_on(view: &ClusterView) -> impl Iterator<Item = &str> {
    let copies = match view.contact {
        Contact::Lost { .. } => None,
        Contact::Reachable | Contact::Suspect { .. } | Contact::Unknown => view.copies.last(),
    };
    let copies = copies.into_iter().flatten();
    copies
        .filter(|(_, copy)| copy.state == CopyState::Active)
        .map(|(namespace, _)| namespace.as_str())
}

/// One workload, with what is known of it.
pub(crate) struct Case<'a> {
    pub(crate) id: &'a WorkloadId,
    pub(crate) view: &'a WorkloadView,
    pub(crate) class: &'a Class,
    pub(crate) stand: Stand,
    /// Its home, when that is in the fleet.
    pub(crate) home: Option<usize>,
    /// Where its namespace was last seen active, and may still be.
    pub(crate) active: &'a [usize],
}

/// What it stands on a step of a route under, when somebody agreed to that.
pub(crate) fn on_route(id: &WorkloadId, class: &Class, at: usize, scene: &Scene<'_>) -> Option<Asked> {
    let standing = approval::standing(scene.request, id, &scene.places[at], &class.verdicts[at])?;
    standing.given.is_some().then_some(standing)
}

/// Where a workload stands, as far as deciding goes. Numbers are places.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stand {
    /// A move is under way.
    Moving,
    /// Nowhere that we know of.
    Nowhere,
    /// On a cluster that is not in the fleet.
    Elsewhere,
    /// Where the rules allow it.
    Allowed(usize),
    /// Where the rules forbid it.
    Forbidden(usize),
    /// Where the rules forbid it, on a step of a route, with somebody's yes.
    OnRoute(usize),
    /// On a cluster that is lost.
    Lost(usize),
}

impl<'a> Case<'a> {
    /// `None` when no class was made for it.
    pub(crate) fn of(
        id: &'a WorkloadId,
        view: &'a WorkloadView,
        classes: &'a Classes,
        scene: &'a Scene<'_>,
    ) -> Option<Self> {
        let class = classes.get(scene.request, id, view)?;
        let home = view.home.as_deref().map(|home| scene.at(home));
        let stand = match home {
            _ if view.moving.is_some() => Stand::Moving,
            None => Stand::Nowhere,
            Some(None) => Stand::Elsewhere,
            Some(Some(at)) => match scene.places[at].view.contact {
                Contact::Lost { .. } => Stand::Lost(at),
                Contact::Unknown | Contact::Reachable | Contact::Suspect { .. } => {
                    let allowed = class.verdicts[at].by_rules.is_empty();
                    if allowed {
                        Stand::Allowed(at)
                    } else if on_route(id, class, at, scene).is_some() {
                        Stand::OnRoute(at)
                    } else {
                        Stand::Forbidden(at)
                    }
                }
            },
        };
        Some(Self {
            id,
            view,
            class,
            stand,
            home: home.flatten(),
            active: scene.active(&view.target.namespace),
        })
    }

    /// Whether it needs another place.
    pub(crate) fn must_go(&self) -> bool {
        matches!(
            self.stand,
            Stand::Forbidden(_) | Stand::OnRoute(_) | Stand::Lost(_)
        )
    }

    /// What it pays. From a cluster that is lost nothing leaves: its data comes from a store.
    pub(crate) fn bill(&self, scene: &Scene<'_>) -> Bill {
        let source = self.home.filter(|_| !matches!(self.stand, Stand::Lost(_)));
        Bill::of(
            &scene.ground.tariff,
            &self.view.demand,
            source,
            self.class.cost_points,
        )
    }

    /// What it costs at a place, off what that scores for it.
    pub(crate) fn charges(&self, scene: &Scene<'_>, bill: &Bill, at: usize) -> Charges {
        let moves = self.home != Some(at) && !self.is_active_at(at);
        let month = scene.ground.tariff.month(&self.view.demand, at);
        bill.at(self.class.verdicts[at].marks.total, month, moves)
    }

    /// Where it will stand as long as nobody chooses a place for it.
    pub(crate) fn settled(&self, scene: &Scene<'_>) -> Option<usize> {
        match self.stand {
            Stand::Allowed(at) => Some(at),
            Stand::Moving => scene.at(&self.view.moving.as_ref()?.target),
            Stand::Nowhere | Stand::Elsewhere | Stand::Forbidden(_) | Stand::OnRoute(_) | Stand::Lost(_) => {
                None
            }
        }
    }

    /// Whether a copy is active at a place, so that it would take no more room there.
    pub(crate) fn is_active_at(&self, at: usize) -> bool {
        self.active.contains(&at)
    }
}
