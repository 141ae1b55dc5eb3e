//! Guessing through the store: who is held up, for how long, on every node, and who is not.

use super::*;
use crate::Kind;
use crate::testing::{Fresh, fresh_stores};
use chrono::TimeDelta;

fn at(second: i64) -> DateTime<Utc> {
    "2026-11-22T08:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(second)
}

fn address(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

/// Seconds to wait; 0 for a try that is let through, and fails.
async fn fail(control: &Control, login: &str, address: IpAddr, second: i64) -> u64 {
    match control.look(login, address, at(second)).await {
        Ok(attempt) => {
            control.count_failure(&attempt, at(second)).await.unwrap();
            0
        }
        Err(ControlError::TooManyAttempts { retry_after_seconds }) => retry_after_seconds,
        Err(error) => panic!("{error}"),
    }
}

async fn succeed(control: &Control, login: &str, address: IpAddr, second: i64) {
    let attempt = control.look(login, address, at(second)).await.unwrap();
    control.count_success(&attempt, at(second)).await.unwrap();
}

#[tokio::test]
async fn one_who_guesses_waits_longer_and_longer_on_every_node() {
    for store in fresh_stores().await {
        let nodes = store.nodes(2).await;
        for turn in 0..=PAIR_FREE_FAILURES {
            assert_eq!(fail(&nodes[usize::try_from(turn).unwrap() % 2], "ada", address(1), 0).await, 0);
        }
        assert_eq!(fail(&nodes[0], "ADA ", address(1), 0).await, 1);
        assert_eq!(fail(&nodes[1], "ada", address(1), 0).await, 1, "a try that is not let through lengthens nothing");
        assert_eq!(fail(&nodes[1], "ada", address(1), 1).await, 0);
        assert_eq!(fail(&nodes[0], "ada", address(1), 1).await, 2);
        assert_eq!(fail(&nodes[0], "ada", address(1), 3).await, 0);
        assert_eq!(fail(&nodes[0], "ada", address(1), 4).await, 3);
        let error = store.look("ada", address(1), at(4)).await.unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (Kind::TooMany, "too many sign-ins failed: try again in 3 s"));
    }
}

#[tokio::test]
async fn the_owner_gets_in_from_another_address() {
    for control in fresh_stores().await {
        let (mut second, mut wait) = (0, 0);
        while wait < u64::try_from(PAIR_BLOCK_MAX_SECONDS).unwrap() {
            second += i64::try_from(wait).unwrap();
            wait = fail(&control, "ada", address(1), second).await;
        }
        assert_eq!(fail(&control, "ada", address(2), second).await, 0);
        assert_eq!(fail(&control, "bob", address(2), second).await, 0);
    }
}

#[tokio::test]
async fn many_addresses_hold_a_login_up_briefly_and_not_where_it_is_known() {
    for control in fresh_stores().await {
        succeed(&control, "ada", address(200), 0).await;
        let mut last = 0;
        for turn in 0..60_u8 {
            last = fail(&control, "ada", IpAddr::from([10, 0, 0, turn]), 1).await;
        }
        assert_eq!(last, 1, "the login itself is held up");
        let mut second = 1;
        for turn in 0..10_u8 {
            second += i64::try_from(fail(&control, "ada", IpAddr::from([10, 0, 1, turn]), second).await).unwrap();
            fail(&control, "ada", IpAddr::from([10, 0, 1, turn]), second).await;
        }
        let wait = fail(&control, "ada", address(201), second).await;
        assert!((1..=30).contains(&wait), "{wait}");
        assert_eq!(fail(&control, "ada", address(200), second).await, 0, "its owner's address");
        assert_eq!(fail(&control, "bob", address(201), second).await, 0, "another login");
    }
}

#[tokio::test]
async fn one_address_that_tries_many_logins_is_held_up() {
    for control in fresh_stores().await {
        for turn in 0..=ADDRESS_FREE_FAILURES {
            assert_eq!(fail(&control, &format!("login-{turn}"), address(1), 0).await, 0);
        }
        assert_eq!(fail(&control, "yet-another", address(1), 0).await, 1);
        assert_eq!(fail(&control, "yet-another", address(2), 0).await, 0);
    }
}

#[tokio::test]
async fn who_succeeds_is_forgiven_and_undoes_no_guesses_at_others() {
    for control in fresh_stores().await {
        for _ in 0..3 * PAIR_FREE_FAILURES {
            assert_eq!(fail(&control, "ada", address(1), 0).await, 0);
            succeed(&control, "ada", address(1), 0).await;
        }
        // Guesses at others, each followed by a right sign-in of one's own.
        let mut let_through = 0;
        for turn in 0..100 {
            let_through += i64::from(fail(&control, &format!("login-{turn}"), address(1), 0).await == 0);
            if control.look("ada", address(1), at(0)).await.is_ok() {
                succeed(&control, "ada", address(1), 0).await;
            }
        }
        assert_eq!(let_through, ADDRESS_FREE_FAILURES - 3 * PAIR_FREE_FAILURES + 1);
    }
}

#[tokio::test]
async fn who_connects_all_day_writes_once_a_day() {
    for control in fresh_stores().await {
        for hour in 0..24 {
            succeed(&control, "ada", address(1), 3600 * hour).await;
        }
        let sql = "SELECT succeeded_at_ms FROM sign_in_attempts";
        let noted: Vec<i64> = sqlx::query_scalar(sql).fetch_all(&control.pool).await.unwrap();
        assert_eq!(noted, [at(0).timestamp_millis()]);
        succeed(&control, "ada", address(1), 3600 * 24).await;
        let noted: i64 = sqlx::query_scalar(sql).fetch_one(&control.pool).await.unwrap();
        assert_eq!(noted, at(3600 * 24).timestamp_millis());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_failure_is_lost_among_many_at_once() {
    for store in fresh_stores().await {
        let nodes = store.nodes(4).await;
        let attempt = store.look("ada", address(1), at(0)).await.unwrap();
        let mut tries = Vec::new();
        for turn in 0..40 {
            let (node, attempt) = (nodes[turn % nodes.len()].clone(), attempt.clone());
            tries.push(tokio::spawn(async move { node.count_failure(&attempt, at(0)).await.unwrap() }));
        }
        for tried in tries {
            tried.await.unwrap();
        }
        let counts: Vec<i64> = sqlx::query_scalar("SELECT failures FROM sign_in_attempts").fetch_all(&store.pool).await.unwrap();
        assert_eq!(counts, [40; 3]);
    }
}

#[tokio::test]
async fn counts_are_forgotten() {
    for control in fresh_stores().await {
        for _ in 0..10 {
            fail(&control, "ada", address(1), 0).await;
        }
        assert!(fail(&control, "ada", address(1), 0).await > 0);
        control.unblock_login("ada", address(1)).await.unwrap();
        assert_eq!(fail(&control, "ada", address(1), 0).await, 0);
        let later = at(KNOWN_ADDRESS_DAYS * 24 * 3600 + 1);
        assert_eq!(control.forget_attempts(at(0)).await.unwrap(), 0);
        assert_eq!(control.forget_attempts(later).await.unwrap(), 3);
    }
}

#[tokio::test]
async fn an_address_is_a_network_and_nothing_typed_is_stored() {
    assert_eq!(network("192.0.2.1".parse().unwrap()), "192.0.2.1");
    assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), "192.0.2.1");
    assert_eq!(network("2001:db8:1:2:3:4:5:6".parse().unwrap()), "2001:db8:1:2::/64");
    let control = Fresh::sqlite().await;
    fail(&control, "my password, by mistake", address(1), 0).await;
    let sql = "SELECT subject FROM sign_in_attempts";
    let subjects: Vec<String> = sqlx::query_scalar(sql).fetch_all(&control.pool).await.unwrap();
    assert!(subjects.len() == 3 && subjects.iter().all(|subject| crate::hexadecimal::is_hexadecimal(subject, 32)));
}
