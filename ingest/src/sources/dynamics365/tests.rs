//! Tests of `dynamics365`.

use proptest::prelude::*;

use super::super::testing::{self, decode, delivery, sample, setting};
use super::super::{Headers, Value};
use super::*;

#[test]
fn what_the_samples_tell() {
    testing::check_samples(&Dynamics365);
}

#[test]
fn an_update_tells_what_changed_and_no_more() {
    let decoded = sample(&Dynamics365, "dataverse.contact-update.json");
    let [row] = decoded.rows.as_slice() else { panic!("{decoded:?}") };
    assert!(row.partial && !row.deleted);
    assert_eq!(row.cleared, ["phone"]);
    assert_eq!(row.version.to_rfc3339(), "2026-09-25T22:04:07+00:00");
    assert!(!row.values.iter().any(|(column, _)| column == "email"));
}

#[test]
fn a_message_that_lost_its_attributes_is_fetched() {
    let body = br#"{"PrimaryEntityName":"contact","PrimaryEntityId":"c-1","MessageName":"Update","InputParameters":[]}"#;
    let headers = Headers::default().with("x-ms-dynamics-msg-size-exceeded", "true");
    assert_eq!(decode(&Dynamics365, &headers, body).unwrap().marks, [Mark::FetchNeeded("contact", "c-1".to_owned())]);
}

#[test]
fn no_time_is_none_and_the_control_number_orders() {
    let body = br#"{"BusinessEventId":"CustFreeTextInvoicePostedBusinessEvent","EventId":"e","ControlNumber":5637166330,"LegalEntity":"USMF",
        "EventTime":"/Date(1637246655000)/","InvoiceId":"FTI-1","InvoiceDueDate":"/Date(-2208988800000)/","InvoiceDate":"/Date(1637193600000)/"}"#;
    let decoded = decode(&Dynamics365, &Headers::default(), body).unwrap();
    let row = &decoded.rows[0];
    assert_eq!((row.sequence, row.instance.as_deref()), (5_637_166_330, Some("acme/usmf")));
    let value = |name: &str| row.values.iter().find(|(column, _)| column == name).map(|(_, value)| value);
    assert_eq!(value("due_at"), None);
    let Some(Value::Instant(issued_at)) = value("issued_at") else { panic!("{row:?}") };
    assert_eq!(issued_at.to_rfc3339(), "2021-11-17T23:00:00+00:00", "the eighteenth in Madrid");
    let headers = Headers::default();
    assert_eq!(Dynamics365.delivery_id(&delivery(&headers, body)).as_deref(), Some("e"));
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let headers = Headers::default();
        let _ = Dynamics365.decode(&delivery(&headers, &bytes), &setting());
        let _ = Dynamics365.delivery_id(&delivery(&headers, &bytes));
    }

    #[test]
    fn mutated_samples_do_not_panic(mutation in testing::mutation()) {
        testing::mutate_samples(&Dynamics365, &mutation);
    }
}
