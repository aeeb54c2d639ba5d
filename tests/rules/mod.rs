//! Rules: expressions, and what findings tell people to do. Each rule has its own tests beside it, in `rules/`.

mod commands;
mod costs;
mod expressions;
