//! The program's commands, run as by a shell: exit codes, output, and their effects on a running site.

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
mod photo_files;
mod printconfig;
mod prompts;
mod serve;
mod usage;
