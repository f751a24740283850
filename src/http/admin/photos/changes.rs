//! The changes that a form of the photos page requests.

use super::received::Received;
use crate::domain::{Photo, PhotoHash, Photos};
use crate::http::views::admin::digest_of;

/// The action of a photo's button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Button {
    MakeMain,
    Up,
    Down,
    Delete,
}

const BUTTONS: [(&str, Button); 4] = [
    ("_main", Button::MakeMain),
    ("_up", Button::Up),
    ("_down", Button::Down),
    ("_delete", Button::Delete),
];

/// The changes of a form.
pub(super) struct Changes {
    /// The digest of the photos that the form showed; empty if it is missing.
    seen: String,
    alts: Vec<(PhotoHash, String)>,
    replaced: Vec<(PhotoHash, Photo)>,
    added: Vec<Photo>,
    pressed: Option<(Button, PhotoHash)>,
    undone: Option<[Photos; 2]>,
    /// The errors of the descriptions.
    pub(super) problems: Vec<String>,
}

impl Changes {
    pub(super) fn of(received: &Received, undone: Option<[Photos; 2]>) -> Self {
        let (mut alts, mut problems) = (Vec::new(), Vec::new());
        for (hash, text) in received.alts() {
            match (PhotoHash::parse(&hash), Photo::parse_alt(&text)) {
                (Some(hash), Ok(alt)) => alts.push((hash, alt)),
                (Some(_), Err(message)) => {
                    let shown: String = text.chars().take(40).collect();
                    problems.push(format!("Description “{shown}”: {message}"));
                }
                (None, _) => {}
            }
        }
        let mut pressed = BUTTONS.into_iter().filter_map(|(name, button)| {
            Some((button, PhotoHash::parse(received.fields.get(name))?))
        });
        Self {
            seen: received.fields.get("seen").to_owned(),
            alts,
            replaced: received.replaced.clone(),
            added: received.added.clone(),
            pressed: pressed.next(),
            undone,
            problems,
        }
    }

    /// The success message.
    pub(super) fn done(&self) -> String {
        let text = match (self.added.len(), &self.pressed) {
            _ if self.undone.is_some() => "The last change to the photos was undone.",
            (0, Some((Button::Delete, _))) => "The photo was deleted.",
            (0, Some((Button::MakeMain, _))) => "The photo is now the main photo.",
            (0, Some(_)) => "The photo was moved.",
            (0, None) if !self.replaced.is_empty() => "The photo was replaced.",
            (0, None) => "The photos were saved.",
            (1, _) => "1 photo was added.",
            (count, _) => return format!("{count} photos were added."),
        };
        text.to_owned()
    }

    /// Applies the changes to the current photos; `None` if the form was made for other photos.
    pub(super) fn apply(self, now: &[Photo]) -> Option<Vec<Photo>> {
        if let Some([before, after]) = self.undone {
            return (after.as_slice() == now).then(|| before.into_vec());
        }
        // Adding photos fits with every other change.
        let only_adds = self.pressed.is_none() && self.replaced.is_empty();
        let is_current = self.seen.is_empty() || self.seen == digest_of(now);
        if !is_current && !only_adds {
            return None;
        }
        let mut photos = now.to_vec();
        let place = |photos: &[Photo], hash| photos.iter().position(|photo| photo.hash == hash);
        if is_current {
            for (hash, alt) in self.alts {
                if let Some(at) = place(&photos, hash) {
                    photos[at].alt = alt;
                }
            }
        }
        for (hash, new) in self.replaced {
            let is_new = place(&photos, new.hash.clone()).is_none();
            if let Some(at) = place(&photos, hash).filter(|_| is_new) {
                photos[at] = Photo { alt: photos[at].alt.clone(), ..new };
            }
        }
        for photo in self.added {
            if place(&photos, photo.hash.clone()).is_none() {
                photos.push(photo);
            }
        }
        if let Some((button, hash)) = self.pressed
            && let Some(at) = place(&photos, hash)
        {
            match button {
                Button::MakeMain => photos[..=at].rotate_right(1),
                Button::Up => photos.swap(at, at.saturating_sub(1)),
                Button::Down => {
                    let last = photos.len() - 1;
                    photos.swap(at, (at + 1).min(last));
                }
                Button::Delete => drop(photos.remove(at)),
            }
        }
        Some(photos)
    }
}
