//! The journal in NATS JetStream, for several ingest nodes over one lake: one stream, one subject a tenant, the stream's sequence as position.
//!
//! What the stream's answer is worth: the message is in the file store of the stream's leader and of a majority of its replicas. A single
//! server fsyncs by its `sync_interval` (two minutes, unless it is set to `always`, from 2.10): it survives its own death, and loses up to
//! that much when the machine's power goes. So use three replicas, or `always`. Existing streams are used as they are, unless they could
//! drop what has not landed.

mod refusal;

#[cfg(test)]
mod tests;

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull};
use async_nats::jetstream::context::{Context, ContextBuilder};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};
use serde::Deserialize;

use super::{Entry, Journal, JournalError, JournalLimits, Position, Waiting, readable};

/// Messages asked for at once; a read stops between two such requests.
const FETCH: usize = 500;

/// How long the server keeps a reader that died.
const READER_SECONDS: u64 = 30;

/// Where the stream is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NatsSetting {
    /// Servers, comma-separated: `nats://user:password@host:4222` or `tls://…`.
    pub url: String,
    /// The stream's name; one a lake.
    pub stream: String,
    /// What subjects begin with; a tenant's is `<subject>.<tenant>`.
    pub subject: String,
    /// How many servers keep each message, where the stream is made here: 1, 3 or 5.
    #[serde(default = "one")]
    pub replicas: usize,
    /// Within how many seconds the same message of a sender is known again.
    #[serde(default = "two_minutes")]
    pub duplicate_window_s: u64,
}

fn one() -> usize {
    1
}

fn two_minutes() -> u64 {
    120
}

/// The journal in a JetStream stream.
pub struct NatsJournal {
    name: String,
    context: Context,
    stream: Stream,
    subject: String,
    limits: JournalLimits,
}

impl NatsJournal {
    /// Connects, and makes the stream where it is not there.
    ///
    /// # Errors
    /// [`JournalError`] when no server answers, or the stream there could lose messages.
    pub async fn open(setting: &NatsSetting, limits: &JournalLimits) -> Result<Self, JournalError> {
        let client = async_nats::connect(&setting.url).await.map_err(|error| JournalError::unavailable("connecting", error))?;
        // The subject and the message's id travel beside the entry.
        let payload_bytes = (client.server_info().max_payload as u64).saturating_sub(1 << 10);
        let limits = JournalLimits { entry_bytes: limits.entry_bytes.min(payload_bytes), ..limits.clone() };
        let context = ContextBuilder::new()
            .timeout(Duration::from_millis(limits.append_timeout_ms))
            .max_ack_inflight(limits.queue_entries.max(1))
            .backpressure_on_inflight(false)
            .build(client);
        let stream = context
            .get_or_create_stream(wanted(setting, &limits))
            .await
            .map_err(|error| JournalError::unavailable("opening the stream", error))?;
        keeps_what_has_not_landed(&stream.cached_info().config)?;
        // A stream that was made anew counts from the beginning: it is another journal.
        let name = format!("{}-{}", setting.stream, stream.cached_info().created.unix_timestamp());
        Ok(Self { name, context, stream, subject: setting.subject.clone(), limits })
    }

    fn subject(&self, tenant: &str) -> String {
        format!("{}.{tenant}", self.subject)
    }

    /// A reader of one tenant's messages after `after`, known to this call alone.
    async fn reader(&self, tenant: &str, after: Position) -> Result<PullConsumer, JournalError> {
        let config = pull::Config {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: after.saturating_add(1) },
            ack_policy: AckPolicy::None,
            filter_subject: self.subject(tenant),
            inactive_threshold: Duration::from_secs(READER_SECONDS),
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        };
        self.stream.create_consumer(config).await.map_err(|error| JournalError::unavailable("reading", error))
    }
}

#[async_trait]
impl Journal for NatsJournal {
    fn name(&self) -> &str {
        &self.name
    }

    async fn append(&self, tenant: &str, entry: Entry) -> Result<Position, JournalError> {
        super::named(tenant)?;
        let id = message_id(tenant, &entry);
        let value = entry.encode().map_err(|error| JournalError::unavailable("encoding", error))?;
        let bytes = value.len() as u64;
        if bytes > self.limits.entry_bytes {
            return Err(JournalError::TooLarge { bytes, limit_bytes: self.limits.entry_bytes });
        }
        let message = PublishMessage::build().payload(value.into()).message_id(id);
        let refused = |error| refusal::reason(&error, tenant, &self.limits);
        let answer = self.context.send_publish(self.subject(tenant), message).await.map_err(refused)?;
        Ok(answer.await.map_err(refused)?.sequence)
    }

    async fn read(
        &self,
        tenant: &str,
        after: Position,
        most: usize,
        bytes: usize,
    ) -> Result<Vec<(Position, Entry)>, JournalError> {
        super::named(tenant)?;
        let lost = |error: &dyn std::fmt::Display| JournalError::unavailable("reading", error);
        let reader = self.reader(tenant, after).await?;
        let (mut read, mut read_bytes) = (Vec::new(), 0);
        while read.len() < most && (read_bytes < bytes || read.is_empty()) {
            let wanted = FETCH.min(most - read.len());
            let mut messages = reader.fetch().max_messages(wanted).messages().await.map_err(|error| lost(&error))?;
            let before = read.len();
            while let Some(message) = messages.next().await {
                let message = message.map_err(|error| lost(&error))?;
                let position = message.info().map_err(|error| lost(&error))?.stream_sequence;
                read_bytes += message.payload.len();
                let corrupt = |detail| JournalError::Corrupt { tenant: tenant.to_owned(), position, detail };
                read.push(Entry::decode(&message.payload).map_err(corrupt).map(|entry| (position, entry)));
            }
            if read.len() - before < wanted {
                break;
            }
        }
        // The server forgets it by itself as well.
        let _ = self.stream.delete_consumer(&reader.cached_info().name).await;
        readable(within(read, bytes).into_iter())
    }

    async fn tenants(&self) -> Result<Vec<String>, JournalError> {
        let lost = |error| JournalError::unavailable("asking which tenants have entries", error);
        let subjects = self.stream.info_with_subjects(self.subject("*")).await.map_err(lost)?;
        let subjects: Vec<(String, usize)> = subjects.try_collect().await.map_err(lost)?;
        let tenant = |subject: &str| Some(subject.strip_prefix(&self.subject)?.strip_prefix('.')?.to_owned());
        let mut tenants: Vec<String> = subjects.iter().filter_map(|(subject, _)| tenant(subject)).collect();
        tenants.sort_unstable();
        Ok(tenants)
    }

    async fn forget(&self, tenant: &str, through: Position) -> Result<(), JournalError> {
        super::named(tenant)?;
        let purge = self.stream.purge().filter(self.subject(tenant)).sequence(through.saturating_add(1));
        purge.await.map(|_| ()).map_err(|error| JournalError::unavailable("forgetting", error))
    }

    /// The stream counts messages by subject, and bytes only in total: a tenant's bytes are its share by messages.
    async fn waiting(&self, tenant: &str) -> Result<Waiting, JournalError> {
        super::named(tenant)?;
        let lost = |error| JournalError::unavailable("asking what waits", error);
        let subjects = self.stream.info_with_subjects(self.subject(tenant)).await.map_err(lost)?;
        let state = subjects.info.state.clone();
        let counts: Vec<(String, usize)> = subjects.try_collect().await.map_err(lost)?;
        let entries = counts.iter().map(|(_, count)| *count as u64).sum();
        let bytes = (u128::from(state.bytes) * u128::from(entries)).checked_div(u128::from(state.messages)).unwrap_or(0);
        Ok(Waiting { entries, bytes: u64::try_from(bytes).unwrap_or(u64::MAX) })
    }
}

/// The first of `read` until they are `bytes` in total.
fn within(read: Vec<Result<(Position, Entry), JournalError>>, bytes: usize) -> Vec<Result<(Position, Entry), JournalError>> {
    let mut total = 0;
    let mut room = |entry: &Result<(Position, Entry), JournalError>| {
        let before = total;
        total += entry.as_ref().map_or(0, |(_, entry)| entry.body.len());
        before == 0 || before < bytes
    };
    read.into_iter().take_while(|entry| room(entry)).collect()
}

/// By what the stream knows a message again: the sender's own id with the content, or, where the sender has none, this very arrival.
fn message_id(tenant: &str, entry: &Entry) -> String {
    let instance = &entry.setting.instance;
    let repeated = match &entry.delivery_id {
        Some(id) => format!("id {id}"),
        None => format!("at {}", entry.received_at.timestamp_micros()),
    };
    let name = serde_json::json!([tenant, entry.source, instance, repeated, entry.hash]).to_string();
    super::entry::hash(name.as_bytes())
}

/// The stream as it is made.
fn wanted(setting: &NatsSetting, limits: &JournalLimits) -> Config {
    Config {
        name: setting.stream.clone(),
        subjects: vec![format!("{}.*", setting.subject)],
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        discard_new_per_subject: true,
        max_messages_per_subject: i64::try_from(limits.tenant_waiting_entries).unwrap_or(i64::MAX),
        max_bytes: i64::try_from(limits.waiting_bytes).unwrap_or(i64::MAX),
        num_replicas: setting.replicas,
        duplicate_window: Duration::from_secs(setting.duplicate_window_s),
        deny_delete: false,
        deny_purge: false,
        ..Config::default()
    }
}

/// Refuses a stream that someone made so that it drops or hides what has not landed.
fn keeps_what_has_not_landed(config: &Config) -> Result<(), JournalError> {
    let limited = config.max_messages > 0 || config.max_bytes > 0 || config.max_messages_per_subject > 0;
    let fault = if config.retention != RetentionPolicy::Limits {
        "its retention is not `limits`"
    } else if limited && config.discard != DiscardPolicy::New {
        "it discards old messages when it is full; it must refuse new ones"
    } else if limited && config.max_messages_per_subject > 0 && !config.discard_new_per_subject {
        "it discards old messages of a tenant; it must refuse new ones (`discard_new_per_subject`)"
    } else if !config.max_age.is_zero() {
        "its messages grow old and vanish (`max_age`)"
    } else if config.storage != StorageType::File {
        "it is kept in memory"
    } else if config.deny_purge || config.no_ack {
        "it denies purging, or does not acknowledge"
    } else {
        return Ok(());
    };
    Err(JournalError::Closed { detail: format!("the stream `{}` cannot carry the journal: {fault}", config.name) })
}
