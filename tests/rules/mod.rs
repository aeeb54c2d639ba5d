//! Rules: expressions, and the commands in findings. Each rule's own tests are in its file in `rules/`.

mod commands;
mod costs;
mod expressions;
mod fixes;
mod trusted;
