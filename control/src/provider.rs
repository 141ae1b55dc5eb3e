//! Identity providers: where the people of a partner sign in by OpenID Connect, and what a first sign-in makes of them. Does
//! not know the protocol (exchange.rs) nor how a sign-in goes (flow.rs).

mod exchange;
mod flow;
mod subject;

use std::collections::BTreeSet;
use std::fmt;

use openidconnect::url::{Host, Url};
use sqlx::FromRow;

use crate::slug::check_name;
use crate::{Control, ControlError, Result, Role, stored};

pub use self::flow::{PROVIDER_SIGN_IN_MINUTES, ProviderSignIn, ProviderStart};

/// Where the people of a partner sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityProvider {
    /// Whose people.
    pub partner_id: String,
    /// The provider's URL, exactly as it calls itself.
    pub issuer: String,
    /// What the provider calls us.
    pub client_id: String,
    /// How the provider knows us; none for a public client.
    pub client_secret: Option<String>,
    /// Our URL to which the provider sends people back.
    pub redirect_url: String,
    /// The domains of e-mail addresses that count here; every one if empty, and then only people who are known sign in.
    pub email_domains: BTreeSet<String>,
    /// What becomes of somebody who is not known.
    pub first_sign_in: FirstSignIn,
}

/// What a provider's word does for somebody who is not known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstSignIn {
    /// Nothing: people are made here first, with their e-mail address as login.
    KnownPeople,
    /// It makes them one of the partner's people, with this role.
    NewPeople(Role),
}

impl fmt::Debug for IdentityProvider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partner_id, issuer, client_id, client_secret, redirect_url, email_domains, first_sign_in } = self;
        let mut shown = formatter.debug_struct("IdentityProvider");
        shown.field("partner_id", partner_id).field("issuer", issuer).field("client_id", client_id);
        shown.field("client_secret", &client_secret.as_ref().map(|_| "…")).field("redirect_url", redirect_url);
        shown.field("email_domains", email_domains).field("first_sign_in", first_sign_in).finish()
    }
}

impl IdentityProvider {
    fn check(&self) -> Result<()> {
        check_url("issuer", &self.issuer)?;
        check_url("redirect URL", &self.redirect_url)?;
        check_name("client id", &self.client_id)?;
        if self.client_secret.as_ref().is_some_and(|secret| secret.trim().is_empty() || secret.chars().any(char::is_control)) {
            return Err(ControlError::invalid("client secret", "…", "must be one line: copy it again"));
        }
        let is_domain = |domain: &String| {
            let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
            domain.contains('.') && domain.bytes().all(fits)
        };
        if let Some(domain) = self.email_domains.iter().find(|domain| !is_domain(domain)) {
            return Err(ControlError::invalid("e-mail domain", domain, "must be written example.com, in small letters"));
        }
        let FirstSignIn::NewPeople(role) = self.first_sign_in else { return Ok(()) };
        if role == Role::Administrator {
            return Err(ControlError::invalid("role of new people", role.as_str(), "is for those who are known: choose another"));
        }
        if self.email_domains.is_empty() {
            return Err(ControlError::invalid("e-mail domains", "", "must name at least one, to make new people by them"));
        }
        Ok(())
    }

    /// Whether an address, in small letters, is of a domain that counts.
    fn counts(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default();
        self.email_domains.is_empty() || self.email_domains.contains(domain)
    }
}

/// HTTPS, or plain HTTP to this very machine.
fn check_url(what: &'static str, text: &str) -> Result<()> {
    let is_near = |url: &Url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_safe = |url: &Url| url.scheme() == "https" || (url.scheme() == "http" && is_near(url));
    let is_bare = |url: &Url| url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    match Url::parse(text) {
        Ok(url) if is_safe(&url) && is_bare(&url) => Ok(()),
        _ => Err(ControlError::invalid(what, text, "must be an https:// URL, without a user or fragment")),
    }
}

#[derive(FromRow)]
struct ProviderRow {
    partner_id: String,
    issuer: String,
    client_id: String,
    client_secret: Option<String>,
    redirect_url: String,
    email_domains: String,
    first_sign_in: String,
}

const KNOWN: &str = "known";

impl TryFrom<ProviderRow> for IdentityProvider {
    type Error = ControlError;

    fn try_from(row: ProviderRow) -> Result<Self> {
        Ok(Self {
            email_domains: serde_json::from_str(&row.email_domains).map_err(stored::unreadable("list of e-mail domains"))?,
            first_sign_in: match row.first_sign_in.as_str() {
                KNOWN => FirstSignIn::KnownPeople,
                role => FirstSignIn::NewPeople(stored::value("role", role)?),
            },
            partner_id: row.partner_id,
            issuer: row.issuer,
            client_id: row.client_id,
            client_secret: row.client_secret,
            redirect_url: row.redirect_url,
        })
    }
}

impl Control {
    /// Stores where the people of a partner sign in, or what has changed of it.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for a property of the wrong form, [`ControlError::Conflict`] for an unknown partner.
    pub async fn ensure_identity_provider(&self, provider: &IdentityProvider) -> Result<()> {
        provider.check()?;
        let sql = "
            INSERT INTO identity_providers
                (partner_id, issuer, client_id, client_secret, redirect_url, email_domains, first_sign_in)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (partner_id) DO UPDATE SET
                issuer = excluded.issuer,
                client_id = excluded.client_id,
                client_secret = excluded.client_secret,
                redirect_url = excluded.redirect_url,
                email_domains = excluded.email_domains,
                first_sign_in = excluded.first_sign_in";
        let context = format!("storing the identity provider of partner `{}`", provider.partner_id);
        let domains = serde_json::to_string(&provider.email_domains).map_err(ControlError::store(&context))?;
        let first_sign_in = match provider.first_sign_in {
            FirstSignIn::KnownPeople => KNOWN,
            FirstSignIn::NewPeople(role) => role.as_str(),
        };
        let query = sqlx::query(sql).bind(&provider.partner_id).bind(&provider.issuer).bind(&provider.client_id);
        let query = query.bind(provider.client_secret.as_deref()).bind(&provider.redirect_url).bind(domains).bind(first_sign_in);
        query.execute(&self.pool).await.map_err(ControlError::write(context))?;
        Ok(())
    }

    /// Where the people of a partner sign in.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub async fn identity_provider(&self, partner_id: &str) -> Result<IdentityProvider> {
        let sql = "
            SELECT partner_id, issuer, client_id, client_secret, redirect_url, email_domains, first_sign_in
            FROM identity_providers
            WHERE partner_id = $1";
        let query = sqlx::query_as(sql).bind(partner_id);
        let found: Option<ProviderRow> =
            query.fetch_optional(&self.pool).await.map_err(ControlError::store("reading an identity provider"))?;
        found.ok_or_else(|| ControlError::not_found("identity provider", partner_id))?.try_into()
    }

    /// The partners whose people can sign in by a provider, by id: for the buttons of a sign-in page.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn partners_with_identity_provider(&self) -> Result<Vec<String>> {
        let query = sqlx::query_scalar("SELECT partner_id FROM identity_providers ORDER BY partner_id");
        query.fetch_all(&self.pool).await.map_err(ControlError::store("reading the identity providers"))
    }

    /// Forgets where the people of a partner sign in; whom it meant by its subjects stays known. True if there was one.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn remove_identity_provider(&self, partner_id: &str) -> Result<bool> {
        let query = sqlx::query("DELETE FROM identity_providers WHERE partner_id = $1").bind(partner_id);
        let done = query.execute(&self.pool).await.map_err(ControlError::store("removing an identity provider"))?;
        Ok(done.rows_affected() > 0)
    }
}

#[cfg(test)]
mod tests;
