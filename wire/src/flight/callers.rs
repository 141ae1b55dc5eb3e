//! Who calls, and of which tenant: a handshake takes a name with a password or a token and gives what later calls bear; every call is looked
//! at anew, so that what is revoked ends at once. Knows nothing of statements.

use std::net::{IpAddr, Ipv4Addr};

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chrono::{DateTime, Utc};
use quarterdeck_control::{AuditAction, AuditEntry, AuditWho, ControlError, Identity, Subject, SubjectKind, TenantAccess};
use tonic::Extensions;
use tonic::metadata::MetadataMap;

use crate::analysts::{Analyst, Analysts};
use crate::sqlstate::{SqlError, code};

/// Header, or option of a connection, that names the tenant.
const DATABASE: &str = "database";
/// Header that names a knowledge time.
const AS_OF: &str = "as-of";
/// Some clients leave the padding out.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));
/// How the audit log names this door.
pub(super) const DOOR: &str = "flight";

/// Who calls, of which tenant, as known when.
pub(super) struct Caller {
    identity: Identity,
    tenant: String,
    pub(super) as_of: Option<DateTime<Utc>>,
}

/// To whom something here belongs: who, and what they may see of which tenant; who may see something else is somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) subject: Subject,
    access: Option<TenantAccess>,
}

impl Caller {
    /// Who calls, once the gate has let them in.
    ///
    /// # Errors
    /// [`SqlError`] for a tenant or an instant that is not told.
    pub(super) fn of(let_in: &Extensions, headers: &MetadataMap) -> Result<Self, SqlError> {
        let identity = let_in.get::<Identity>().cloned();
        let identity = identity.ok_or_else(|| SqlError::new(code::NOT_AUTHENTIC, "nobody has signed in"))?;
        let tenant = tenant(headers, &identity)?;
        let as_of = text(headers, AS_OF).filter(|text| !text.is_empty()).map(instant).transpose()?;
        Ok(Self { identity, tenant, as_of })
    }

    /// To whom what they open belongs.
    pub(super) fn owner(&self) -> Owner {
        Owner { subject: self.identity.subject.clone(), access: self.identity.tenant(&self.tenant).cloned() }
    }

    /// A session of theirs.
    ///
    /// # Errors
    /// As [`Analysts::open`].
    pub(super) async fn open(self, analysts: &Analysts) -> Result<Analyst, SqlError> {
        analysts.open(self.identity, &self.tenant).await
    }
}

/// Who bears what a call bears.
///
/// # Errors
/// [`SqlError`] for nobody.
pub(super) async fn identify(analysts: &Analysts, headers: &MetadataMap) -> Result<Identity, SqlError> {
    let bearer = text(headers, "authorization").and_then(|value| value.strip_prefix("Bearer "));
    let Some(bearer) = bearer else {
        let error = SqlError::new(code::NOT_AUTHENTIC, "nobody has signed in");
        return Err(
            error.with_hint("sign in by a handshake with name and password, or send a token as `authorization: Bearer TOKEN`")
        );
    };
    let now = (analysts.clock)();
    let known = match analysts.control.authenticate(bearer, now).await {
        Err(ControlError::NotAuthentic) => analysts.control.session(bearer, now).await.map(|(_, identity)| identity),
        known => known,
    };
    known.map_err(refused)
}

/// Signs somebody in: answers what later calls are to bear.
///
/// # Errors
/// [`SqlError`] when they are not let in.
pub(super) async fn sign_in(analysts: &Analysts, headers: &MetadataMap, address: Option<IpAddr>) -> Result<String, SqlError> {
    let (user, secret) = basic(headers).ok_or_else(|| {
        let error = SqlError::new(code::NOT_AUTHENTIC, "a handshake takes a name and a password");
        error.with_hint("send them as `authorization: Basic`; a token needs no handshake")
    })?;
    let now = (analysts.clock)();
    let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let identity = match analysts.control.identify(&user, &secret, address, now).await {
        Ok(identity) => identity,
        Err(error) => {
            let why = if matches!(error, ControlError::TooManyAttempts { .. }) { "too many attempts" } else { "wrong password" };
            let entry = AuditEntry::new(now, AuditWho::Nobody, AuditAction::SignInRefused, None);
            analysts.audit.note(entry.with("door", DOOR).with("why", why)).await;
            return Err(refused(error));
        }
    };
    let bearer = match identity.subject.kind {
        SubjectKind::Token => secret,
        // Ends like a browser's: when it is not used, when the password changes, when they are disabled.
        SubjectKind::Person => {
            let session = analysts.control.create_session(&identity.subject.id, Some("Arrow Flight SQL"), now).await;
            session.map_err(refused)?.cookie
        }
    };
    let tenant = tenant(headers, &identity).ok().filter(|tenant| identity.tenant(tenant).is_some());
    let entry = AuditEntry::new(now, AuditWho::from(&identity), AuditAction::SignIn, tenant.as_deref());
    analysts.audit.note(entry.with("door", DOOR)).await;
    Ok(bearer)
}

/// The tenant that is named, or the only one that they see.
fn tenant(headers: &MetadataMap, identity: &Identity) -> Result<String, SqlError> {
    if let Some(named) = text(headers, DATABASE) {
        return Ok(named.to_owned());
    }
    match identity.tenants.as_slice() {
        [only] => Ok(only.tenant_id.clone()),
        _ => Err(SqlError::new(code::PARAMETER, "no tenant is named").with_hint("name it in the header `database`")),
    }
}

fn basic(headers: &MetadataMap) -> Option<(String, String)> {
    let encoded = text(headers, "authorization")?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(BASE64.decode(encoded.trim()).ok()?).ok()?;
    let (user, secret) = decoded.split_once(':')?;
    Some((user.to_owned(), secret.to_owned()))
}

fn text<'h>(headers: &'h MetadataMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn instant(text: &str) -> Result<DateTime<Utc>, SqlError> {
    text.parse().map_err(|_| {
        SqlError::new(code::PARAMETER, format!("{AS_OF}: `{text}` is no instant")).with_hint("write it as 2026-01-31T12:00:00Z")
    })
}

/// Why somebody is not let in, told as little as may be.
fn refused(error: ControlError) -> SqlError {
    match error {
        ControlError::NotAuthentic | ControlError::SignInRefused => {
            SqlError::new(code::NOT_AUTHENTIC, "password authentication failed")
        }
        ControlError::TooManyAttempts { .. } => SqlError::new("28000", error.to_string()),
        other => {
            tracing::error!(error = %other, "a sign-in could not be looked up");
            SqlError::new(code::UNAVAILABLE, "sign-in is not possible at the moment; try again")
        }
    }
}
