//! Waves keep to their limits, and waves that do not are found out.
use super::*;
use crate::decide;
use crate::mk::{id, mk_cluster, mk_request, mk_workload, now};

/// Twenty critical workloads that must leave azure-weu, and two that fail over.
fn scene() -> Request {
    let mut request = mk_request().cluster("lost-1", mk_cluster("azure").lost(60));
    for n in 0..20 {
        let name = format!("w{n:02}");
        request = request.workload(&name, mk_workload(&name, "azure-weu").critical().cpu(100));
    }
    for name in ["x1", "x2"] {
        request = request.workload(name, mk_workload(name, "lost-1").cpu(100));
    }
    request
}

fn limits() -> Limits {
    Limits {
        per_cluster: 4,
        per_provider: 6,
        seconds_each: 300,
        window: None,
    }
}

#[test]
fn failovers_go_first_and_no_wave_is_over_a_limit() {
    let request = scene();
    let plan = decide(&request);
    let forecast = waves(&request, &plan, limits());
    assert_eq!(check_waves(&request, &plan, &forecast), []);
    let sizes: Vec<usize> = forecast.waves.iter().map(|wave| wave.moves.len()).collect();
    assert_eq!(sizes, [2, 4, 4, 4, 4, 4]);
    assert!(forecast.waves[0].moves.iter().all(|step| step.failover));
    assert_eq!(forecast.ends_at, now() + SignedDuration::from_secs(6 * 300));
}

#[test]
fn what_is_not_urgent_waits_for_the_window() {
    let request = scene();
    let plan = decide(&request);
    // It is 10:00; the window is from 23:30 to 00:30, in which twelve times five minutes fit.
    let window = Window {
        from_minute: 23 * 60 + 30,
        minutes: 60,
    };
    let limits = Limits {
        window: Some(window),
        ..limits()
    };
    let forecast = waves(&request, &plan, limits);
    assert_eq!(check_waves(&request, &plan, &forecast), []);
    assert_eq!(forecast.waves[0].starts_at, now());
    assert_eq!(forecast.waves[1].starts_at.to_string(), "2026-11-24T23:30:00Z");
    assert_eq!(
        forecast.assumption.to_string(),
        "each move lasts 300 s; at one time at most 4 moves per cluster and 6 per provider; \
         between 23:30 and 00:30 UTC, failovers at any time"
    );
    let narrow = Limits {
        window: Some(Window {
            from_minute: 23 * 60 + 30,
            minutes: 10,
        }),
        ..limits
    };
    let forecast = waves(&request, &plan, narrow);
    assert_eq!(check_waves(&request, &plan, &forecast), []);
    assert_eq!(forecast.ends_at.to_string(), "2026-11-26T23:35:00Z");
}

#[test]
fn a_window_is_read_as_a_clock_shows_it() {
    for (text, from_minute, minutes) in [
        ("20:00-06:00", 1200, 600),
        ("00:00-24:00", 0, 1440),
        ("09:30-09:31", 570, 1),
        ("23:59-00:00", 1439, 1),
    ] {
        let window = Window { from_minute, minutes };
        assert_eq!(text.parse(), Ok(window), "{text}");
    }
    for text in [
        "",
        "20:00",
        "6:00-7:00",
        "24:00-06:00",
        "06:00-06:00",
        "06:60-07:00",
        "+6:00-07:00",
        "06:00-24:01",
    ] {
        let error = text.parse::<Window>().unwrap_err();
        assert!(error.to_string().contains("write HH:MM-HH:MM"), "{text}");
    }
}

#[test]
fn nothing_to_move_is_done_now() {
    let request = mk_request();
    let forecast = waves(&request, &decide(&request), limits());
    assert_eq!((forecast.waves.len(), forecast.ends_at), (0, now()));
}

/// Good waves, broken in one way.
fn check(corrupt: impl FnOnce(&mut Forecast), expected: &WaveFault) {
    let request = scene();
    let plan = decide(&request);
    let mut forecast = waves(&request, &plan, limits());
    corrupt(&mut forecast);
    let faults = check_waves(&request, &plan, &forecast);
    assert!(faults.contains(expected), "{faults:?}");
}

#[test]
fn each_corruption_is_found() {
    let first = id("w00");
    check(
        |f| drop(f.waves[1].moves.remove(0)),
        &WaveFault::Missing(first.clone()),
    );
    check(
        |f| "eu-2".clone_into(&mut f.waves[1].moves[0].source),
        &WaveFault::NotPlanned(first.clone()),
    );
    check(
        |f| {
            let again = f.waves[1].moves[0].clone();
            f.waves[2].moves.push(again);
        },
        &WaveFault::NotPlanned(first),
    );
    check(
        |f| {
            let more = f.waves[2].moves.clone();
            f.waves[1].moves.extend(more);
        },
        &WaveFault::Cluster(1, "azure-weu".to_owned()),
    );
    check(
        |f| f.assumption.per_provider = 3,
        &WaveFault::Provider(1, "azure".to_owned()),
    );
    check(|f| f.waves[2].starts_at = now(), &WaveFault::Early(2));
    check(
        |f| f.waves[2].ends_at = f.waves[2].starts_at,
        &WaveFault::Early(2),
    );
    let shut = Window {
        from_minute: 0,
        minutes: 1,
    };
    check(|f| f.assumption.window = Some(shut), &WaveFault::Window(1));
}

#[test]
fn two_moves_in_one_namespace_are_two_waves() {
    let request = scene().workload("twin", mk_workload("w00", "azure-weu").critical().cpu(100));
    let plan = decide(&request);
    let forecast = waves(&request, &plan, limits());
    assert_eq!(check_waves(&request, &plan, &forecast), []);
    let of = |name: &str| {
        forecast
            .waves
            .iter()
            .position(|w| w.moves.iter().any(|m| m.workload == id(name)))
    };
    assert_ne!(of("twin"), of("w00"));
}
