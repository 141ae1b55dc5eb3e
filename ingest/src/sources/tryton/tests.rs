//! Tests of `tryton`.

use proptest::prelude::*;

use super::super::Headers;
use super::super::testing::{self, delivery, sample, setting};
use super::*;

#[test]
fn what_the_samples_tell() {
    testing::check_samples(&Tryton);
}

#[test]
fn a_record_never_written_again_has_the_version_of_its_creation() {
    let decoded = sample(&Tryton, "sale.sale.json");
    let versions = decoded.rows.iter().map(|row| row.version.to_rfc3339()).collect::<Vec<_>>();
    assert_eq!(versions[..2], ["2026-11-22T04:10:07.123456+00:00", "2026-11-22T05:00:00.000001+00:00"]);
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for topic in ["sale/sale", "stock.move", ""] {
            let headers = Headers::default().with(TOPIC, topic);
            let _ = Tryton.decode(&delivery(&headers, &bytes), &setting());
        }
    }

    #[test]
    fn mutated_samples_do_not_panic(mutation in testing::mutation()) {
        testing::mutate_samples(&Tryton, &mutation);
    }
}
