//! Attributes of resources, spans and events as text. Knows which attribute names the installation.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::super::Value;

/// The attribute `key` as text, whatever single value it is: one kind of number may be written as another from span to span.
pub(super) fn word(attributes: &[KeyValue], key: &str) -> Option<String> {
    let attribute = attributes.iter().find(|attribute| attribute.key == key)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Any::StringValue(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Any::BoolValue(truth) => Some(truth.to_string()),
        Any::IntValue(number) => Some(number.to_string()),
        Any::DoubleValue(number) => Some(number.to_string()),
        _ => None,
    }
}

/// As [`word`], as a value.
pub(super) fn text(attributes: &[KeyValue], key: &str) -> Option<Value> {
    word(attributes, key).map(Value::Text)
}

/// Which installation sends: n8n's own id, else the service.
pub(super) fn instance(resource: &Resource) -> Option<String> {
    word(&resource.attributes, "n8n.instance.id").or_else(|| word(&resource.attributes, "service.name"))
}
