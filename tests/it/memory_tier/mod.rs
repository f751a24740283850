//! The memory tier: what it answers, what invalidates its pages, and when it does not answer at all.

mod alone;
mod answers;
mod bounds;
mod clears;
mod lost_touch;
mod overtaken;
mod races;
mod refresh;
mod writes;
