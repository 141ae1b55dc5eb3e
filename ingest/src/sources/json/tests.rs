//! Numbers, times, paths of faults, and documents that are none.

use super::*;

fn object(text: &str) -> Object<'_> {
    Object::parse(text.as_bytes()).unwrap()
}

#[test]
fn identifiers_keep_every_digit() {
    let read = object(
        r#"{"a": 820982911946154508, "b": "820982911946154508", "c": 123456789012345678901234567890, "d": 1e3, "e": 1.0}"#,
    );
    assert_eq!(read.id("a").unwrap().as_deref(), Some("820982911946154508"));
    assert_eq!(read.id("b").unwrap().as_deref(), Some("820982911946154508"));
    assert_eq!(read.id("c").unwrap().as_deref(), Some("123456789012345678901234567890"));
    assert!(read.id("d").is_err() && read.id("e").is_err());
    assert_eq!(read.id("absent").unwrap(), None);
}

#[test]
fn money_is_exact_however_it_is_written() {
    let read = object(
        r#"{"a": "89.99", "b": 89.99, "c": 199, "d": 1.999e2, "e": 0.1, "f": "1_000", "g": 1e999999999, "h": 1e-9, "i": ""}"#,
    );
    let money = |name: &str| read.money(name).map(|money| money.map(|money| money.to_string()));
    assert_eq!(money("a").unwrap().as_deref(), Some("89.99"));
    assert_eq!(money("b").unwrap().as_deref(), Some("89.99"));
    assert_eq!(money("c").unwrap().as_deref(), Some("199"));
    assert_eq!(money("d").unwrap().as_deref(), Some("199.9"));
    assert_eq!(money("e").unwrap().as_deref(), Some("0.1"));
    assert!(money("f").is_err() && money("g").is_err() && money("h").is_err());
    assert_eq!(money("i").unwrap(), None);
    assert!(object(r#"{"a": 100000000000000}"#).money("a").is_err(), "no DECIMAL(18, 4) holds it");
    assert!(object(r#"{"a": 79228162514264337593543950336.5}"#).decimal("a").is_err(), "more digits than are kept");
}

#[test]
fn whole_numbers_may_be_written_as_decimals() {
    let read = object(r#"{"a": 2, "b": "2", "c": 2.0, "d": 2.5, "e": 99999999999999999999}"#);
    assert_eq!((read.whole("a").unwrap(), read.whole("b").unwrap(), read.whole("c").unwrap()), (Some(2), Some(2), Some(2)));
    assert!(read.whole("d").is_err() && read.whole("e").is_err());
}

#[test]
fn instants_have_offsets() {
    let read = object(
        r#"{"a": "2021-12-31T19:00:00-05:00", "b": "2019-01-01 00:00:00.000Z", "c": "2021-12-31T19:00:00", "d": 1677834000}"#,
    );
    assert_eq!(read.instant("a").unwrap().unwrap().to_rfc3339(), "2022-01-01T00:00:00+00:00");
    assert_eq!(read.instant("b").unwrap().unwrap().to_rfc3339(), "2019-01-01T00:00:00+00:00");
    assert!(read.instant("c").is_err());
    assert_eq!(read.local_instant("c", chrono_tz::America::New_York).unwrap().unwrap().to_rfc3339(), "2022-01-01T00:00:00+00:00");
    assert_eq!(read.seconds("d").unwrap().unwrap().to_rfc3339(), "2023-03-03T09:00:00+00:00");
    assert_eq!(instant_of("2024-08-07T22:57:57.290670248Z").unwrap().timestamp_subsec_nanos(), 290_670_000);
}

#[test]
fn faults_name_the_path_the_text_and_the_reason() {
    let read = object(r#"{"lines": [{"price": {"amount": "ten"}}, 7]}"#);
    let lines = read.objects("lines").unwrap().unwrap();
    let wrong = lines[0].as_ref().unwrap().object("price").unwrap().unwrap().money("amount").unwrap_err();
    assert_eq!((wrong.field.as_str(), wrong.value.as_deref()), ("lines[0].price.amount", Some("\"ten\"")));
    assert_eq!(lines[1].as_ref().unwrap_err().field, "lines[1]");
}

#[test]
fn what_is_no_object_is_refused() {
    for text in ["", "[]", "null", "{", "{}x", r#"{"a":1,"a":2}"#, r#"{"a":1,"\u0061":2}"#] {
        assert!(Object::parse(text.as_bytes()).is_err(), "{text}");
    }
    assert!(Object::parse(b"{\"a\": \"\xff\"}").is_err(), "no UTF-8");
    assert!(object(r#"{"a": "\ud800"}"#).text("a").is_err(), "half a character");
    let deep = format!("{{\"a\": {}{}}}", "[".repeat(200_000), "]".repeat(200_000));
    assert!(object(&deep).text("a").is_err());
    assert!(object(&deep).objects("a").unwrap().unwrap()[0].is_err());
}
