//! The data of `templates/pager.html`.

/// The number of page links on each side of the current one.
const AROUND: u16 = 2;

/// The links to a list's pages.
pub(super) struct Pager {
    /// The current page, from 1; 0 if the pages have no numbers.
    pub(super) page: u16,
    /// The last page that can be requested by number.
    pub(super) count: u16,
    /// The URL of the previous page.
    pub(super) previous: Option<String>,
    /// The URL of the next page.
    pub(super) next: Option<String>,
    link: Box<dyn Fn(u16) -> String>,
}

/// A page in the list of links.
pub(super) struct Step {
    pub(super) page: u16,
    pub(super) url: String,
    /// Whether pages are omitted before it.
    pub(super) after_gap: bool,
}

impl Pager {
    /// `more` says whether there are rows after the current page.
    pub(super) fn new(
        page: u16,
        count: u16,
        more: bool,
        link: impl Fn(u16) -> String + 'static,
    ) -> Self {
        Self {
            page,
            count,
            previous: (page > 1).then(|| link(page - 1)),
            next: (more && page < count).then(|| link(page + 1)),
            link: Box::new(link),
        }
    }

    /// Whether there is another page.
    pub(super) fn leads_on(&self) -> bool {
        self.count > 1 || self.previous.is_some() || self.next.is_some()
    }

    /// The first page, those around the current one, and the last page.
    pub(super) fn steps(&self) -> Vec<Step> {
        let near = self.page.saturating_sub(AROUND)..=self.page.saturating_add(AROUND);
        let shown = |page: &u16| *page == 1 || *page == self.count || near.contains(page);
        let mut before = 0;
        let step = |page: u16| {
            let after_gap = page > before + 1;
            before = page;
            Step { page, url: (self.link)(page), after_gap }
        };
        (1..=self.count).filter(shown).map(step).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(page: u16, count: u16) -> String {
        let pager = Pager::new(page, count, page < count, |page| page.to_string());
        let steps = pager.steps();
        let text = steps.iter().map(|step| match step.after_gap {
            true => format!("… {}", step.url),
            false => step.url.clone(),
        });
        text.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_ends_and_the_neighbours_are_named() {
        assert_eq!(pages(1, 1), "1");
        assert_eq!(pages(1, 200), "1 2 3 … 200");
        assert_eq!(pages(4, 6), "1 2 3 4 5 6");
        assert_eq!(pages(100, 200), "1 … 98 99 100 101 102 … 200");
    }
}
