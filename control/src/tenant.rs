//! Tenants: the companies whose records are kept, and how they count days and money. Does not know the records, nor who may
//! see them (grant.rs).

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;
use sqlx::FromRow;

use crate::slug::{check_name, check_slug};
use crate::{Control, ControlError, Result, local_time, stored};

/// One company's data, and its habits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Chosen once; also the name of its folder in the lake: see [`check_slug`].
    pub id: String,
    /// For people.
    pub name: String,
    /// ISO 4217 code of the currency it reports in.
    pub currency: String,
    /// Where its days begin.
    pub zone: Tz,
    /// BCP 47 tag of how its numbers and dates are written, such as `en-GB`.
    pub locale: String,
    /// The day its weeks begin.
    pub week_start: Weekday,
    /// A day that stands for today, for data that ends in the past; the clock's day when absent.
    pub today: Option<NaiveDate>,
    /// A share over fewer records than this is shown as resting on few.
    pub small_n: u32,
}

impl Tenant {
    /// A tenant with weeks from Monday, the clock's own today, and `small_n` 30.
    pub fn new(id: &str, name: &str, currency: &str, zone: Tz, locale: &str) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            currency: currency.into(),
            zone,
            locale: locale.into(),
            week_start: Weekday::Mon,
            today: None,
            small_n: 30,
        }
    }

    /// The instant up to which this tenant counts: the clock, or the end of the day that was set as its today.
    pub fn now(&self, clock: DateTime<Utc>) -> DateTime<Utc> {
        self.today.map_or(clock, |today| local_time::end_of_day(self.zone, today))
    }

    /// The tenant's current day: the one that was set, or the clock's in its zone.
    pub fn current_date(&self, clock: DateTime<Utc>) -> NaiveDate {
        self.today.unwrap_or_else(|| clock.with_timezone(&self.zone).date_naive())
    }

    fn check(&self) -> Result<()> {
        check_slug("tenant id", &self.id)?;
        check_name("tenant name", &self.name)?;
        check_currency(&self.currency)?;
        check_locale(&self.locale)?;
        self.today.map_or(Ok(()), |today| check_day("today", today))
    }
}

/// The whole English name of a day in lower case, as it is written in files and answers: `monday`.
pub fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "monday",
        Weekday::Tue => "tuesday",
        Weekday::Wed => "wednesday",
        Weekday::Thu => "thursday",
        Weekday::Fri => "friday",
        Weekday::Sat => "saturday",
        Weekday::Sun => "sunday",
    }
}

/// Only the form: which codes exist is known where records are checked.
pub(crate) fn check_currency(currency: &str) -> Result<()> {
    if currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(());
    }
    Err(ControlError::invalid("currency", currency, "must be an ISO 4217 code such as EUR"))
}

pub(crate) fn check_locale(locale: &str) -> Result<()> {
    let mut subtags = locale.split('-');
    let language = subtags.next().unwrap_or_default();
    let language_fits = matches!(language.len(), 2 | 3) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    let subtag_fits = |subtag: &str| matches!(subtag.len(), 1..=8) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if language_fits && locale.len() <= 35 && subtags.all(subtag_fits) {
        return Ok(());
    }
    Err(ControlError::invalid("locale", locale, "must be a BCP 47 tag such as en-GB"))
}

/// Years of four digits: dates then sort as text, and no arithmetic on them can overflow.
pub(crate) fn check_day(what: &'static str, day: NaiveDate) -> Result<()> {
    if (1900..=9998).contains(&day.year()) {
        return Ok(());
    }
    Err(ControlError::invalid(what, &day.to_string(), "must be a day of the years 1900 to 9998"))
}

#[derive(FromRow)]
struct TenantRow {
    id: String,
    name: String,
    currency: String,
    zone: String,
    locale: String,
    week_start: String,
    today: Option<String>,
    small_n: i64,
}

impl TryFrom<TenantRow> for Tenant {
    type Error = ControlError;

    fn try_from(row: TenantRow) -> Result<Self> {
        Ok(Self {
            zone: stored::value("zone", &row.zone)?,
            week_start: row.week_start.parse().map_err(|_| stored::unreadable("week start")(&row.week_start))?,
            today: row.today.map(|today| stored::value("today", &today)).transpose()?,
            small_n: u32::try_from(row.small_n).map_err(stored::unreadable("small_n"))?,
            id: row.id,
            name: row.name,
            currency: row.currency,
            locale: row.locale,
        })
    }
}

impl Control {
    /// Stores a tenant, or its new properties.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for a property of the wrong form, [`ControlError::Conflict`] for the id of a tenant that was ended.
    pub async fn ensure_tenant(&self, tenant: &Tenant) -> Result<()> {
        tenant.check()?;
        let sql = "
            INSERT INTO tenants (id, name, currency, zone, locale, week_start, today, small_n)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8
            WHERE NOT EXISTS (SELECT 1 FROM tenant_erasures WHERE tenant_id = $1)
            ON CONFLICT (id) DO UPDATE SET
                name = excluded.name,
                currency = excluded.currency,
                zone = excluded.zone,
                locale = excluded.locale,
                week_start = excluded.week_start,
                today = excluded.today,
                small_n = excluded.small_n";
        let query = sqlx::query(sql).bind(&tenant.id).bind(&tenant.name).bind(&tenant.currency).bind(tenant.zone.name());
        let query = query.bind(&tenant.locale).bind(weekday_name(tenant.week_start));
        let query = query.bind(tenant.today.map(|today| today.to_string())).bind(i64::from(tenant.small_n));
        let context = format!("storing tenant `{}`", tenant.id);
        let done = query.execute(&self.pool).await.map_err(ControlError::write(&context))?;
        if done.rows_affected() == 0 {
            let detail = "a tenant of that id was ended and erased; take another id".into();
            return Err(ControlError::Conflict { context, detail });
        }
        Ok(())
    }

    /// Sets the day that stands for a tenant's today, or gives it back to the clock.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] for an unknown tenant, [`ControlError::Invalid`] for a day out of range.
    pub async fn set_today(&self, tenant_id: &str, today: Option<NaiveDate>) -> Result<()> {
        today.map_or(Ok(()), |today| check_day("today", today))?;
        let query = sqlx::query("UPDATE tenants SET today = $2 WHERE id = $1").bind(tenant_id);
        let query = query.bind(today.map(|today| today.to_string()));
        let done = query.execute(&self.pool).await.map_err(ControlError::write("setting a tenant's today"))?;
        if done.rows_affected() == 0 {
            return Err(ControlError::not_found("tenant", tenant_id));
        }
        Ok(())
    }

    /// Gives a tenant a set of limits, by its name in the configuration, or the usual ones.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] for an unknown tenant, [`ControlError::Invalid`] for a name of the wrong form.
    pub async fn set_limits(&self, tenant_id: &str, limits: Option<&str>) -> Result<()> {
        limits.map_or(Ok(()), |name| check_slug("set of limits", name))?;
        let query = sqlx::query("UPDATE tenants SET limits = $2 WHERE id = $1").bind(tenant_id).bind(limits);
        let done = query.execute(&self.pool).await.map_err(ControlError::write("setting a tenant's limits"))?;
        if done.rows_affected() == 0 {
            return Err(ControlError::not_found("tenant", tenant_id));
        }
        Ok(())
    }

    /// The names of the limits of those tenants that have not the usual ones.
    pub(crate) async fn limits_of_tenants(&self) -> Result<BTreeMap<String, String>> {
        let query = sqlx::query_as("SELECT id, limits FROM tenants WHERE limits IS NOT NULL");
        let rows: Vec<(String, String)> = query.fetch_all(&self.pool).await.map_err(ControlError::store("reading limits"))?;
        Ok(rows.into_iter().collect())
    }

    /// One tenant. Whether the asker may know of it is the caller's question.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub async fn tenant(&self, id: &str) -> Result<Tenant> {
        let sql = "SELECT id, name, currency, zone, locale, week_start, today, small_n FROM tenants WHERE id = $1";
        let query = sqlx::query_as(sql).bind(id);
        let found: Option<TenantRow> = query.fetch_optional(&self.pool).await.map_err(ControlError::store("reading a tenant"))?;
        found.ok_or_else(|| ControlError::not_found("tenant", id))?.try_into()
    }

    /// All tenants of the installation, by id.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn tenants(&self) -> Result<Vec<Tenant>> {
        let sql = "SELECT id, name, currency, zone, locale, week_start, today, small_n FROM tenants ORDER BY id";
        let rows: Vec<TenantRow> =
            sqlx::query_as(sql).fetch_all(&self.pool).await.map_err(ControlError::store("reading the tenants"))?;
        rows.into_iter().map(Tenant::try_from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;
    use crate::testing::fresh_stores;

    fn tenant() -> Tenant {
        Tenant::new("gifts", "Gift Wholesale", "GBP", Tz::Europe__London, "en-GB")
    }

    fn clock() -> DateTime<Utc> {
        "2026-11-22T23:30:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn every_property_comes_back() {
        for control in fresh_stores().await {
            let mut stored = tenant();
            control.ensure_tenant(&stored).await.unwrap();
            assert_eq!(control.tenant("gifts").await.unwrap(), stored);

            stored.zone = Tz::Asia__Kolkata;
            stored.week_start = Weekday::Sun;
            stored.today = NaiveDate::from_ymd_opt(2011, 12, 9);
            stored.small_n = 5;
            stored.locale = "zh-Hant-TW".into();
            control.ensure_tenant(&stored).await.unwrap();
            assert_eq!(control.tenants().await.unwrap(), [stored]);
        }
    }

    #[tokio::test]
    async fn refuses_properties_of_the_wrong_form() {
        for control in fresh_stores().await {
            let wrong = [
                Tenant { id: "../other".into(), ..tenant() },
                Tenant { name: " ".into(), ..tenant() },
                Tenant { currency: "gbp".into(), ..tenant() },
                Tenant { currency: "GB£".into(), ..tenant() },
                Tenant { locale: "en_GB".into(), ..tenant() },
                Tenant { locale: "".into(), ..tenant() },
                Tenant { today: Some(NaiveDate::MAX), ..tenant() },
            ];
            for tenant in wrong {
                let error = control.ensure_tenant(&tenant).await.unwrap_err();
                assert_eq!(error.kind(), Kind::Invalid, "{tenant:?}");
            }
            assert!(control.tenants().await.unwrap().is_empty());
        }
    }

    #[tokio::test]
    async fn today_is_set_and_given_back() {
        for control in fresh_stores().await {
            let day = NaiveDate::from_ymd_opt(2011, 12, 9);
            assert_eq!(control.set_today("gifts", day).await.unwrap_err().kind(), Kind::NotFound);
            control.ensure_tenant(&tenant()).await.unwrap();
            control.set_today("gifts", day).await.unwrap();
            assert_eq!(control.tenant("gifts").await.unwrap().today, day);
            control.set_today("gifts", None).await.unwrap();
            assert_eq!(control.tenant("gifts").await.unwrap().today, None);
        }
    }

    #[test]
    fn now_is_the_clock_or_the_end_of_the_set_day() {
        let mut tenant = Tenant { zone: Tz::Asia__Kolkata, ..tenant() };
        assert_eq!(tenant.now(clock()), clock());
        assert_eq!(tenant.current_date(clock()).to_string(), "2026-11-23");
        tenant.today = NaiveDate::from_ymd_opt(2011, 12, 9);
        assert_eq!(tenant.now(clock()).to_rfc3339(), "2011-12-09T18:30:00+00:00");
        assert_eq!(tenant.current_date(clock()).to_string(), "2011-12-09");
    }

    #[test]
    fn day_names_read_back() {
        let mut day = Weekday::Mon;
        for _ in 0..7 {
            assert_eq!(weekday_name(day).parse(), Ok(day));
            day = day.succ();
        }
    }
}
