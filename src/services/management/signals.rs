//! The signals test: a probe listing goes through the real write path, to prove that writes invalidate.
//!
//! **Invariant:** a run that has begun continues to its end, and deletes its probe, even if the client disconnects. If
//! the probe can't be deleted, this is tried again for half a minute, and then left to the next run.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use utoipa::ToSchema;

use super::Management;
use crate::cache::{Outcome, caller};
use crate::db::probes::{self, ACTOR, TITLE};
use crate::domain::{Cursors, ListingQuery, NewProperty, Property, PropertyForm, PropertyId};
use crate::services::editor::to_the_end;
use crate::services::{Result, UpdateOutcome};

/// One step of a signals test, and whether the caches followed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SignalStep {
    /// The name of the step.
    pub step: &'static str,
    /// Whether the caches followed.
    pub success: bool,
    /// The observed result.
    pub detail: String,
}

/// A probe listing of a run; it is among the probes until it is dropped.
struct Probe {
    place: String,
    /// Whether it may exist: it was added, and its deletion is not confirmed.
    may_exist: bool,
    /// Its number, once its addition is confirmed.
    id: Option<PropertyId>,
    among: Arc<watch::Sender<BTreeSet<String>>>,
}

/// The prefix of the probes' places; a hexadecimal number follows.
const PLACE: &str = "Signals test ";
/// A probe of this age does not belong to a current run.
const LEFT: Duration = Duration::from_secs(120);
/// How often the deletion of a probe is tried; the pauses double, and are half a minute in all.
const TRIES: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_millis(250);

impl Probe {
    fn new(among: &Arc<watch::Sender<BTreeSet<String>>>) -> Self {
        let place = format!("{PLACE}{:08x}", rand::random::<u32>());
        among.send_modify(|places| {
            places.insert(place.clone());
        });
        Self { place, may_exist: false, id: None, among: Arc::clone(among) }
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.among.send_modify(|places| {
            places.remove(&self.place);
        });
    }
}

impl Management {
    /// Creates, updates and deletes a probe listing, and checks after each step that lists, counts and its own entry
    /// changed. First deletes the probes of earlier runs.
    ///
    /// # Errors
    /// If the database can't answer. Then the probe may exist for a while: see [`Self::probes_deleted`].
    pub async fn test_signals(&self) -> Result<Value> {
        let (this, mut probe) = (self.clone(), Probe::new(&self.probes));
        to_the_end(async move {
            let left = this.delete_probes(PLACE, LEFT).await?;
            if left > 0 {
                log::warn!("{left} probe(s) of earlier signals tests were deleted");
            }
            let steps = this.signal_steps(&mut probe).await.map(
                |steps| json!({"success": steps.iter().all(|step| step.success), "steps": steps}),
            );
            if probe.may_exist {
                tokio::spawn(caller::carried(async move { this.delete_probe(probe).await }));
            }
            steps
        })
        .await
    }

    /// The places of the probes that may exist.
    pub fn probes(&self) -> Vec<String> {
        self.probes.borrow().iter().cloned().collect()
    }

    /// Waits until no probe of this process exists, or nothing more can be done.
    pub async fn probes_deleted(&self) {
        let mut places = self.probes.subscribe();
        // An error means that no more probes can be added.
        let _ = places.wait_for(BTreeSet::is_empty).await;
    }

    /// Deletes a probe, later if necessary.
    async fn delete_probe(&self, probe: Probe) {
        let (mut wait, mut last) = (FIRST_WAIT, None);
        for _ in 0..TRIES {
            match self.delete_probes(&probe.place, Duration::ZERO).await {
                // A probe whose commit was not confirmed may still appear later.
                Ok(deleted) if deleted > 0 || probe.id.is_some() => return,
                deleted => last = deleted.err(),
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        if let Some(err) = last {
            let number = probe.id.map_or("unknown".to_owned(), |id| id.to_string());
            log::error!(
                "the probe of a signals test, listing {number} in “{}”, could not be deleted: {err}; the next signals \
                 test deletes it",
                probe.place
            );
        }
    }

    /// Deletes the probes whose places have a prefix, and returns their number.
    async fn delete_probes(&self, place: &str, age: Duration) -> Result<u64> {
        let client = self.database.client().await?;
        let ids = probes::list(&client, place, age).await?;
        drop(client);
        match ids.is_empty() {
            true => Ok(0),
            false => Ok(self.editor.delete(ACTOR, ids).await?.count),
        }
    }

    async fn signal_steps(&self, probe: &mut Probe) -> Result<Vec<SignalStep>> {
        let place = probe.place.clone();
        let query = ListingQuery::parse(&format!("location={place}"), Cursors::Ignored);
        let query = query.unwrap_or_default();
        let mut steps = vec![self.warm_step(&query).await?];

        probe.may_exist = true;
        let property = self.editor.create(ACTOR, listing(&place, "1.00")).await?;
        probe.id = Some(property.id);
        steps.push(self.step("create (post_save)", &query, 1, Some(&property)).await?);

        let new = listing(&place, "2.00");
        let update = self.editor.update_once(ACTOR, None, property.id, property.version(), new);
        let updated = match update.await? {
            UpdateOutcome::Saved(updated) => updated,
            UpdateOutcome::Conflict(other) | UpdateOutcome::Same(other) => other,
            UpdateOutcome::Gone | UpdateOutcome::Repeated => property.clone(),
        };
        steps.push(self.step("update (post_save)", &query, 1, Some(&updated)).await?);

        self.editor.delete(ACTOR, vec![property.id]).await?;
        probe.may_exist = false;
        let mut deleted = self.step("delete (post_delete)", &query, 0, None).await?;
        deleted.success &= self.listings.find(property.id).await?.tagged.value.is_none();
        steps.push(deleted);
        Ok(steps)
    }

    /// Fills the caches with the entries that the writes must invalidate.
    async fn warm_step(&self, query: &ListingQuery) -> Result<SignalStep> {
        self.listings.list(query).await?.settled().await;
        let again = self.listings.list(query).await?;
        let hit = matches!(again.outcome, Outcome::Hit(_));
        let detail = match hit {
            true => "the probe's list is cached",
            false => "the probe's list can't be cached: Redis is not in use",
        };
        Ok(SignalStep { step: "warm", success: hit, detail: detail.to_owned() })
    }

    /// Reads the list and the listing through the caches: the first read after a write must miss and be right, the
    /// second must hit and be right.
    async fn step(
        &self,
        step: &'static str,
        query: &ListingQuery,
        total: i64,
        property: Option<&Property>,
    ) -> Result<SignalStep> {
        let first = self.listings.list(query).await?.settled().await;
        let second = self.listings.list(query).await?;
        let mut right = true;
        for read in [&first, &second] {
            let page = &read.tagged.value;
            right &= page.total.number == total && page.properties.first() == property;
        }
        if let Some(property) = property {
            right &= self.listings.find(property.id).await?.tagged.value.as_ref() == Some(property);
        }
        let (missed, old) = what_became_of_the_old(first.outcome);
        let hit = matches!(second.outcome, Outcome::Hit(_));
        let say = |yes: bool, text: &'static str, no: &'static str| if yes { text } else { no };
        let detail = [
            old,
            say(hit, "the new one was cached", "the new one was not cached"),
            say(right, "and every read was right", "but a read was wrong"),
        ];
        Ok(SignalStep { step, success: missed && hit && right, detail: detail.join(", ") })
    }
}

/// Whether a write invalidated the list that was cached before it, according to the first read after it.
fn what_became_of_the_old(first: Outcome) -> (bool, &'static str) {
    match first {
        Outcome::Hit(_) | Outcome::Stale(_) => (false, "the old list was still served"),
        Outcome::Bypass => (false, "Redis is not in use, so nothing was cached to invalidate"),
        Outcome::Miss { .. } | Outcome::Collapsed => (true, "the old list was invalidated"),
    }
}

fn listing(place: &str, price: &str) -> NewProperty {
    let description = "A probe that tests invalidation and is deleted at once.";
    let form = PropertyForm::required(TITLE, description, price, place);
    form.parse().unwrap_or_else(|errors| unreachable!("the probe's fields are valid: {errors:?}"))
}
