//! A form of a listing as it was sent.

use sha2::{Digest as _, Sha256};

use crate::domain::{
    Fact, Permission, Property, PropertyForm, PropertyId, Version, optional_facts,
};
use crate::http::admin::list_state::List;
use crate::http::csrf::new_token;
use crate::http::forms::{Fields, SentForm};
use crate::http::staff::Staff;
use crate::http::views::admin::FormPage;
use crate::http::views::list_address::{FILTERS, carrying};
use crate::services::Submission;

/// The hidden field with the token that no other form has.
const ONCE: &str = "_once";

/// The button that a form was sent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Button {
    /// Saves the listing; [`Sent::next`] is the page to open afterwards.
    Save,
    /// Saves it as a new listing.
    SaveAsNew,
    /// Previews the listing's page.
    Preview,
    /// Returns from the preview to the form.
    Edit,
}

/// A form as it was sent.
pub(super) struct Sent {
    pub(super) fields: Fields,
    /// The typed values; on the conflict page the chosen ones, or the typed ones if the two contradict each other.
    pub(super) form: PropertyForm,
    /// The listing whose form it is; `None` for one that is to be added.
    pub(super) id: Option<PropertyId>,
    /// The fields in which the other version was chosen and the own one edited as well.
    pub(super) contradictions: Vec<&'static str>,
    /// Whether it was opened before the current login, so that it is only shown again.
    pub(super) is_outdated: bool,
    /// The deleted listing that it restores.
    pub(super) restores: Option<PropertyId>,
    /// The version of the listing that completed it.
    pub(super) completed_by: Option<Version>,
}

impl Sent {
    /// The form that a request carries.
    pub(super) fn of(form: SentForm, id: Option<PropertyId>) -> Self {
        let SentForm { fields, is_outdated } = form;
        let typed = |field: &str| match Fact::named(field) {
            Some(fact) => fact.typed(fields.all(field)),
            None => String::new(),
        };
        // Only the conflict page's form has these fields.
        let decides = fields.names().any(|name| name.starts_with("choose_"));
        let chosen = |field: &str| {
            if !decides {
                return None;
            }
            let choice = fields.get(&format!("choose_{field}"));
            ["theirs", "both"].into_iter().find(|name| *name == choice)
        };
        let contradicts = |field: &&str| {
            chosen(field).is_some() && fields.get(&format!("was_{field}")) != digest(&typed(field))
        };
        let contradictions = PropertyForm::FIELDS.into_iter().filter(contradicts);
        let contradictions: Vec<_> = contradictions.collect();
        let choice = |field| chosen(field).filter(|_| contradictions.is_empty());
        let form = PropertyForm::from_fields(|field| match choice(field) {
            Some(choice) => fields.get(&format!("{choice}_{field}")).to_owned(),
            None => typed(field),
        });
        Self { contradictions, form, fields, id, is_outdated, restores: None, completed_by: None }
    }

    pub(super) fn button(&self) -> Button {
        let has = |name| self.fields.has(name);
        match self.id {
            Some(_) if has("_saveasnew") => Button::SaveAsNew,
            _ if has("_preview") => Button::Preview,
            _ if has("_edit") => Button::Edit,
            _ => Button::Save,
        }
    }

    /// The permission that sending it needs.
    pub(super) fn needs(&self) -> Permission {
        match (self.button(), self.id) {
            (Button::SaveAsNew, _) | (_, None) => Permission::Add,
            _ => Permission::Change,
        }
    }

    /// The version that a field names; one that can't be read is no version.
    fn version(&self, field: &str) -> Option<Version> {
        let sent = self.fields.has(field);
        sent.then(|| Version(self.fields.get(field).parse().unwrap_or(0)))
    }

    /// The identity of the form, if it has a token.
    pub(super) fn submission(
        &self,
        staff: &Staff,
        target: Option<PropertyId>,
    ) -> Option<Submission> {
        Submission::of(self.fields.get(ONCE), staff.id, target, &self.form)
    }

    /// Whether it has no fields for some facts. A script, or a page of an older release, may not know them.
    pub(super) fn lacks_facts(&self) -> bool {
        optional_facts().iter().any(|fact| !self.fields.has(fact.name))
    }

    /// Completes the form with the facts of its listing for which it has no fields.
    pub(super) fn complete(&mut self, property: &Property) {
        let saved = PropertyForm::of(property);
        self.form = PropertyForm::from_fields(|field| {
            let is_required = Fact::named(field).is_some_and(Fact::is_required);
            let is_sent = is_required || self.fields.has(field);
            let source = if is_sent { &self.form } else { &saved };
            source.get(field).to_owned()
        });
        self.completed_by = Some(property.version());
    }

    /// The version that is edited; `None` for a form without one, from a script, which edits the listing as it is now.
    pub(super) fn edited(&self) -> Option<Version> {
        self.version("version").or(self.completed_by)
    }

    /// Where the browser goes after a save: Django's three buttons.
    pub(super) fn next(&self, staff: &Staff, saved: PropertyId) -> String {
        let has = |name| self.fields.has(name);
        let address = match (has("_addanother"), has("_continue") || has("_saveasnew")) {
            (true, _) => "/admin/properties/add/".to_owned(),
            (_, true) if staff.may(Permission::View) => {
                format!("/admin/properties/{saved}/change/")
            }
            _ => return staff.way_on(List::Listings.address(&self.fields)),
        };
        carrying(&address, &self.filters())
    }

    /// The version that was edited, as far as the form says: where nothing is decided yet between two of them, the one
    /// that both began with.
    pub(super) fn seen(&self) -> Version {
        let field = match self.contradictions.is_empty() {
            true => "version",
            false => "base_version",
        };
        self.version(field).unwrap_or(Version(0))
    }

    /// The form to be shown again, with everything that was sent. What was to be a copy is shown as the form of a new
    /// listing: Django hides the buttons then that would change the original.
    pub(super) fn again(&self) -> FormPage {
        match self.id.filter(|_| self.button() != Button::SaveAsNew) {
            Some(id) => self.again_of(id, self.seen()),
            None => FormPage { gone: self.restores, ..self.as_new(self.once()) },
        }
    }

    /// The same as the form of a new listing, with a token.
    pub(super) fn as_new(&self, once: String) -> FormPage {
        let (form, filters) = (self.form.clone(), self.filters());
        FormPage { form, once, filters, is_unsaved: true, ..FormPage::default() }
    }

    /// The same as the form of a listing of which a version was edited.
    pub(super) fn again_of(&self, id: PropertyId, seen: Version) -> FormPage {
        FormPage { id: Some(id), version: Some(seen), ..self.as_new(self.once()) }
    }

    /// The token: the same for as long as nothing was saved with it, so that a form whose outcome is unknown is saved
    /// once as well.
    pub(super) fn once(&self) -> String {
        match self.fields.get(ONCE) {
            "" => new_token(),
            token => token.to_owned(),
        }
    }

    /// The list's state.
    pub(super) fn filters(&self) -> String {
        List::Listings.state(&self.fields)
    }

    /// The fields that a page without the form itself carries on.
    pub(super) fn carried(&self) -> Vec<(&'static str, String)> {
        let fields = self.form.fields();
        let known = fields.filter(|(fact, _)| fact.is_required() || self.fields.has(fact.name));
        let mut carried: Vec<_> = known.map(|(fact, text)| (fact.name, text.to_owned())).collect();
        if self.fields.has("version") {
            carried.push(("version", self.seen().to_string()));
        }
        carried.push((ONCE, self.once()));
        carried.push((FILTERS, self.filters()));
        carried
    }
}

/// A digest of a field's text, which shows whether it was edited.
pub(super) fn digest(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let hash = Sha256::digest(text.trim());
    hash.iter().take(8).map(|b| format!("{b:02x}")).collect()
}
