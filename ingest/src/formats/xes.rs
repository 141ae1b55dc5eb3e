//! IEEE 1849 process logs: a row an event, streamed trace by trace. Fields are the event's attributes by their keys, its trace's as
//! `trace.<key>`, the log's as `log.<key>`, and the positions `trace.index` and `event.index`.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::error::{IngestError, Result};
use crate::rows::RawRows;
use crate::source_file::{Lines, SourceFile};

/// Elements that carry an attribute's value.
const ATTRIBUTES: [&str; 6] = ["string", "date", "int", "float", "boolean", "id"];

type Attributes = HashMap<String, String>;

/// Reads all of `source` into `rows`.
///
/// # Errors
/// [`IngestError::File`] naming the line at which the XML breaks off or is not that of a log.
pub fn read(source: &SourceFile, rows: &mut RawRows<'_>) -> Result<()> {
    let mut xml = Reader::from_reader(source.read(rows.contract().encoding.as_deref())?);
    xml.config_mut().trim_text(true);
    let mut log = Log {
        source,
        rows,
        path: Vec::new(),
        attributes: HashMap::new(),
        trace: HashMap::new(),
        events: Vec::new(),
        traces: 0,
        count: 0,
    };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = xml.read_event_into(&mut buffer);
        let line = xml.get_ref().newlines() + 1;
        let event = event.map_err(|error| broken(source, &xml, &error))?;
        match event {
            Event::Start(element) => {
                log.attribute(&element, line)?;
                log.begin(&element);
            }
            Event::Empty(element) => log.attribute(&element, line)?,
            Event::End(_) => log.end()?,
            Event::Eof => break,
            _ => {}
        }
    }
    match log.path.first() {
        Some(open) => Err(IngestError::at_line(
            &source.name,
            xml.get_ref().newlines() + 1,
            format!("is cut off: the element {open} is never closed"),
        )),
        None if log.traces == 0 && log.attributes.is_empty() && rows.counts().rows == 0 => {
            Err(IngestError::file(&source.name, "holds no trace: is this an XES log?"))
        }
        None => Ok(()),
    }
}

fn broken(source: &SourceFile, xml: &Reader<Lines>, error: &quick_xml::Error) -> IngestError {
    let newlines = xml.get_ref().newlines();
    match error {
        quick_xml::Error::Io(error) => source.broken(newlines, error),
        other => IngestError::at_line(&source.name, newlines + 1, format!("is not well-formed XML: {other}")),
    }
}

struct Log<'a, 'r> {
    source: &'a SourceFile,
    rows: &'a mut RawRows<'r>,
    /// Open elements from the root on.
    path: Vec<String>,
    attributes: Attributes,
    trace: Attributes,
    events: Vec<Attributes>,
    traces: usize,
    count: u64,
}

impl Log<'_, '_> {
    fn begin(&mut self, element: &BytesStart<'_>) {
        let name = element.local_name().as_ref().to_owned();
        if name == "event" && self.innermost() == Some("trace") {
            self.events.push(HashMap::new());
        }
        self.path.push(name);
    }

    fn innermost(&self) -> Option<&str> {
        self.path.last().map(String::as_str)
    }

    fn end(&mut self) -> Result<()> {
        if self.path.pop().as_deref() == Some("trace") {
            self.push_trace()?;
        }
        Ok(())
    }

    /// Keeps the value of an attribute of the log, a trace or an event; those nested in attributes or in globals are passed over.
    fn attribute(&mut self, element: &BytesStart<'_>, line: u64) -> Result<()> {
        if !ATTRIBUTES.contains(&element.local_name().as_ref()) {
            return Ok(());
        }
        let holder = match self.innermost() {
            Some("log") => &mut self.attributes,
            Some("trace") => &mut self.trace,
            Some("event") => match self.events.last_mut() {
                Some(event) => event,
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        let (mut key, mut value) = (None, None);
        for attribute in element.attributes() {
            let malformed = |error: &dyn std::fmt::Display| {
                IngestError::at_line(&self.source.name, line, format!("is not well-formed XML: {error}"))
            };
            let attribute = attribute.map_err(|error| malformed(&error))?;
            let text = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|error| malformed(&error))?;
            match attribute.key.as_ref() {
                "key" => key = Some(text.into_owned()),
                "value" => value = Some(text.into_owned()),
                _ => {}
            }
        }
        if let (Some(key), Some(value)) = (key, value) {
            holder.insert(key, value);
        }
        Ok(())
    }

    fn push_trace(&mut self) -> Result<()> {
        let contract = self.rows.contract();
        let trace_index = self.traces.to_string();
        for (index, event) in self.events.iter().enumerate() {
            self.count += 1;
            let event_index = index.to_string();
            let value = |column: usize| {
                let field = contract.columns[column].field.as_str();
                match field {
                    "trace.index" => Some(trace_index.as_str()),
                    "event.index" => Some(event_index.as_str()),
                    _ => match (field.strip_prefix("trace."), field.strip_prefix("log.")) {
                        (Some(key), _) => self.trace.get(key),
                        (_, Some(key)) => self.attributes.get(key),
                        _ => event.get(field),
                    }
                    .map(String::as_str),
                }
            };
            self.rows.push(self.count, value, || described(event))?;
        }
        self.events.clear();
        self.trace.clear();
        self.traces += 1;
        Ok(())
    }
}

fn described(event: &Attributes) -> String {
    let mut parts = event.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>();
    parts.sort();
    parts.join(", ")
}
