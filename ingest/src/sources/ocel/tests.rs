//! Tests of `ocel`.

use proptest::prelude::*;

use super::super::Headers;
use super::super::testing::{self, decode, delivery, sample, setting};
use super::*;

#[test]
fn what_the_samples_tell() {
    testing::check_samples(&Ocel);
}

#[test]
fn each_object_is_a_run_and_each_relation_a_step() {
    let decoded = sample(&Ocel, "orders.ocel2.json");
    let of = |table: &str| decoded.rows.iter().filter(|row| row.table == table).count();
    assert_eq!((of("workflow_runs"), of("workflow_steps"), decoded.wrong.len()), (4, 9, 2));
}

#[test]
fn other_versions_are_refused_with_what_to_do() {
    let first = decode(&Ocel, &Headers::default(), br#"{"ocel:global-log":{},"ocel:events":{},"ocel:objects":{}}"#).unwrap_err();
    assert!(first.reason.contains("OCEL 1.0"), "{first}");
    assert!(decode(&Ocel, &Headers::default(), b"<log/>").unwrap_err().reason.contains("XML"));
    assert!(decode(&Ocel, &Headers::default(), b"{}").is_err());
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let headers = Headers::default();
        let _ = Ocel.decode(&delivery(&headers, &bytes), &setting());
    }

    #[test]
    fn mutated_samples_do_not_panic(mutation in testing::mutation()) {
        testing::mutate_samples(&Ocel, &mutation);
    }
}
