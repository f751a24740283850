//! The program's commands, as a shell runs them: exit codes, words, and what a running site sees of them.

mod accounts;
mod beside_a_site;
mod cache_tools;
mod check;
mod configuration;
mod data;
mod dbshell;
mod interrupted;
mod log;
mod manage_cache;
mod manual;
mod migrations;
mod output;
mod printconfig;
mod prompts;
mod serve;
mod usage;
