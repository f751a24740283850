//! Saves a form once, however often it arrives.
//!
//! A form has a unique token. The token's hash is stored in the transaction of the save: if the form arrives twice at
//! the same time, at any instances, the second waits for the first and then finds its result.

use sha2::{Digest as _, Sha256};

use super::editor::Ending::{Commit, RollBack};
use super::{Editor, Result, UpdateOutcome};
use crate::db::submissions::{self, Earlier};
use crate::db::{DbError, Transaction, properties};
use crate::domain::{NewProperty, Property, PropertyForm, PropertyId, UserId, Version};

/// The identity of a submitted form.
#[derive(Debug, Clone)]
pub struct Submission {
    token: [u8; 32],
    content: [u8; 32],
}

/// The outcome of a form that adds a listing.
#[derive(Debug)]
pub enum CreateOutcome {
    /// Added.
    Saved(Property),
    /// The form had added this listing already, with the same content.
    Repeated(PropertyId),
    /// The form had added this listing already, with other content.
    Used(PropertyId),
}

impl Submission {
    /// The identity of a user's form; `None` for a form without a token.
    pub fn of(
        token: &str,
        user: UserId,
        target: Option<PropertyId>,
        form: &PropertyForm,
    ) -> Option<Self> {
        let whose = format!("{token}\n{user:?}\n{target:?}");
        let form = form.normal();
        let mut content = Sha256::new();
        for field in PropertyForm::FIELDS {
            // The length separates a field's text from the next one's.
            content.update(form.get(field).len().to_be_bytes());
            content.update(form.get(field));
        }
        (!token.is_empty()).then(|| Self {
            token: Sha256::digest(whose).into(),
            content: content.finalize().into(),
        })
    }

    /// Whether the form arrived before with the same content.
    fn repeats(&self, earlier: &Earlier) -> bool {
        earlier.content == self.content
    }
}

async fn claim(
    sent: Option<&Submission>,
    work: &Transaction<'_>,
) -> Result<Option<Earlier>, DbError> {
    match sent {
        Some(Submission { token, content }) => submissions::claim(work, token, content).await,
        None => Ok(None),
    }
}

async fn finish(
    sent: Option<&Submission>,
    work: &Transaction<'_>,
    saved: &Property,
) -> Result<(), DbError> {
    let Some(Submission { token, content }) = sent else {
        return Ok(());
    };
    let earlier =
        Earlier { content: content.to_vec(), property: saved.id, version: saved.version() };
    submissions::finish(work, token, &earlier).await
}

impl Editor {
    /// Adds the listing of a form, once.
    pub async fn create_once(
        &self,
        actor: &str,
        sent: Option<Submission>,
        new: NewProperty,
    ) -> Result<CreateOutcome> {
        let written = self.write(actor, move |work| {
            Box::pin(async move {
                if let Some(earlier) = claim(sent.as_ref(), work).await? {
                    let repeated = sent.is_some_and(|sent| sent.repeats(&earlier));
                    return Ok(RollBack(match repeated {
                        true => CreateOutcome::Repeated(earlier.property),
                        false => CreateOutcome::Used(earlier.property),
                    }));
                }
                let property = properties::insert(work, &new).await?;
                finish(sent.as_ref(), work, &property).await?;
                Ok(Commit(CreateOutcome::Saved(property)))
            })
        });
        Ok(written.await?.0)
    }

    /// Saves the form of a listing, once, if the listing is unchanged since the editor saw it, or this form made the
    /// last change.
    pub async fn update_once(
        &self,
        actor: &str,
        sent: Option<Submission>,
        id: PropertyId,
        seen: Version,
        new: NewProperty,
    ) -> Result<UpdateOutcome> {
        let written = self.write(actor, move |work| {
            Box::pin(async move {
                let earlier = claim(sent.as_ref(), work).await?;
                if let (Some(earlier), Some(sent)) = (&earlier, &sent)
                    && sent.repeats(earlier)
                {
                    return Ok(RollBack(UpdateOutcome::Repeated));
                }
                let found = properties::find_locked(work, id).await?;
                let Some(current) = found else {
                    return Ok(RollBack(UpdateOutcome::Gone));
                };
                let own = earlier.map(|earlier| earlier.version);
                if current.version() != seen && Some(current.version()) != own {
                    return Ok(RollBack(match new.is(&current) {
                        true => UpdateOutcome::Same(current),
                        false => UpdateOutcome::Conflict(current),
                    }));
                }
                let updated = properties::update(work, id, &new).await?;
                let Some(saved) = updated else {
                    return Ok(RollBack(UpdateOutcome::Gone));
                };
                finish(sent.as_ref(), work, &saved).await?;
                Ok(Commit(UpdateOutcome::Saved(saved)))
            })
        });
        Ok(written.await?.0)
    }
}
