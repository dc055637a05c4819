//! Every Dutch sentence of a decision: plain government Dutch (level B1), with the terms of the field.
//!
//! Not here: the English ones, which stand beside their types as `Display`; words of closed sets (rules, kinds, fields),
//! which are the same in every language; and what people have written themselves, such as the reason of an exemption.
//! Invariant: each match names every variant, so that a new one does not compile without its sentence here.

mod act; // what is to be done, what is waited for, what is wrong
mod explanation; // the layout of `explain`
mod fault; // what the linter holds against a plan
mod gap; // what a cluster lacks
mod line; // what is wrong with a line of a register
mod refusal; // why not there, and what would have to change
mod registry; // why a registry is not counted on
mod words; // single words, lists, amounts and days
mod wrong; // what is wrong with an object

pub(crate) use refusal::nearest_change;

#[cfg(test)]
mod tests;
