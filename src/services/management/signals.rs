//! Proves on the running site that writes invalidate: a probe listing goes through the real write path.

use serde::Serialize;

use super::Management;
use crate::cache::Outcome;
use crate::domain::{Cursors, ListingQuery, NewProperty, Property, PropertyForm, PropertyId};
use crate::services::{ServiceError, UpdateOutcome};

/// One thing that was done, and whether the caches followed.
#[derive(Debug, Clone, Serialize)]
pub struct SignalStep {
    /// What was done.
    pub step: &'static str,
    /// Whether the caches followed.
    pub success: bool,
    /// What was seen.
    pub detail: String,
}

/// Who the event log names.
const ACTOR: &str = "cache signals test";

impl Management {
    /// Creates, updates and deletes a probe listing, and checks after each that lists, counts and its own entry
    /// changed. Leaves no row behind, whatever happens.
    ///
    /// # Errors
    /// When the database can't answer.
    pub async fn test_signals(&self) -> Result<Vec<SignalStep>, ServiceError> {
        let place = format!("Signals test {:08x}", rand::random::<u32>());
        let mut created = None;
        let steps = self.signal_steps(&place, &mut created).await;
        if let Some(id) = created {
            // After a full run there is nothing left, and this deletes nothing.
            self.editor.delete(ACTOR, vec![id]).await?;
        }
        steps
    }

    async fn signal_steps(
        &self,
        place: &str,
        created: &mut Option<PropertyId>,
    ) -> Result<Vec<SignalStep>, ServiceError> {
        let query = ListingQuery::parse(&format!("location={place}"), Cursors::Ignored);
        let query = query.unwrap_or_default();
        let mut steps = vec![self.warm_step(&query).await?];

        let property = self.editor.create(ACTOR, probe(place, "1.00")).await?;
        *created = Some(property.id);
        steps.push(
            self.step("create (post_save)", &query, 1, Some(&property))
                .await?,
        );

        let update =
            self.editor
                .update(ACTOR, property.id, property.version(), probe(place, "2.00"));
        let updated = match update.await? {
            UpdateOutcome::Saved(updated) => updated,
            UpdateOutcome::Conflict(other) | UpdateOutcome::Same(other) => other,
            UpdateOutcome::Gone | UpdateOutcome::Repeated => property.clone(),
        };
        steps.push(
            self.step("update (post_save)", &query, 1, Some(&updated))
                .await?,
        );

        self.editor.delete(ACTOR, vec![property.id]).await?;
        let mut deleted = self.step("delete (post_delete)", &query, 0, None).await?;
        deleted.success &= self
            .listings
            .find(property.id)
            .await?
            .tagged
            .value
            .is_none();
        steps.push(deleted);
        Ok(steps)
    }

    /// Fills the caches that the writes will have to change.
    async fn warm_step(&self, query: &ListingQuery) -> Result<SignalStep, ServiceError> {
        self.listings.list(query).await?;
        let again = self.listings.list(query).await?;
        let hit = matches!(again.outcome, Outcome::Hit(_));
        let detail = match hit {
            true => "the probe's list is cached",
            false => "the probe's list can't be cached: Redis is not in use",
        };
        Ok(SignalStep {
            step: "warm",
            success: hit,
            detail: detail.to_owned(),
        })
    }

    /// Reads the list and the listing through the caches: the first read after a write must miss and be right, the
    /// next must hit and be right.
    async fn step(
        &self,
        step: &'static str,
        query: &ListingQuery,
        total: i64,
        property: Option<&Property>,
    ) -> Result<SignalStep, ServiceError> {
        let first = self.listings.list(query).await?;
        let second = self.listings.list(query).await?;
        let mut right = true;
        for read in [&first, &second] {
            let page = &read.tagged.value;
            right &= page.total == total && page.properties.first() == property;
        }
        if let Some(property) = property {
            right &= self.listings.find(property.id).await?.tagged.value.as_ref() == Some(property);
        }
        let missed = !matches!(first.outcome, Outcome::Hit(_) | Outcome::Bypass);
        let hit = matches!(second.outcome, Outcome::Hit(_));
        let say = |yes: bool, text: &'static str, no: &'static str| if yes { text } else { no };
        let detail = [
            say(
                missed,
                "the old list was invalidated",
                "the old list was still served",
            ),
            say(hit, "the new one was cached", "the new one was not cached"),
            say(right, "and every read was right", "but a read was wrong"),
        ];
        Ok(SignalStep {
            step,
            success: missed && hit && right,
            detail: detail.join(", "),
        })
    }
}

fn probe(place: &str, price: &str) -> NewProperty {
    let form = PropertyForm {
        title: "Cache signals test".to_owned(),
        description: "A probe that tests invalidation and is deleted at once.".to_owned(),
        price: price.to_owned(),
        location: place.to_owned(),
    };
    form.parse()
        .unwrap_or_else(|errors| unreachable!("the probe's fields are valid: {errors:?}"))
}
