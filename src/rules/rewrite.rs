//! Rewrites the expressions of the rule format into plain CEL, and wraps expensive parts in the functions of [`super::budget`].

use super::budget::{COUNTED, PRICED, TO_PRICE, WEIGHED};
use super::fact_paths::{NAMESPACES, WHOLE, unwrapped};
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedEntryExpr, IdedExpr, LiteralValue, operators};

/// Parts of a loop body that count as one step.
const PARTS_A_STEP: usize = 32;

/// Functions that return a number, a boolean or a time: their arguments cost, their results do not.
const SCALAR: [&str; 24] = [
    "age",
    "bool",
    "contains",
    "days",
    "double",
    "duration",
    "endsWith",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "hours",
    "int",
    "matches",
    "minutes",
    "size",
    "startsWith",
    "timestamp",
    "windows_overlap",
];

/// Makes the two shorthands of the rule format plain CEL: `has(record.field)` is `record.field != null`, so that an unread field stays
/// unknown, and `age(time)` is `age(time, now)`. Loops and new values are counted. Maps that are used as a whole must be
/// known in full.
pub fn rewrite(node: &mut IdedExpr, in_loop: bool) {
    let mut makes = false;
    match &mut node.expr {
        Expr::Select(select) => {
            rewrite(&mut select.operand, in_loop);
            unwrap_whole(&mut select.operand);
            if select.test && !is_map(&select.operand.expr) {
                select.test = false;
                let id = node.id;
                let tested = std::mem::take(&mut node.expr);
                node.expr = call(operators::NOT_EQUALS, vec![IdedExpr { id, expr: tested }, null()]);
            }
        }
        Expr::Call(_) => makes = rewrite_call(node, in_loop),
        Expr::Comprehension(comprehension) => rewrite_loop(comprehension, in_loop),
        Expr::List(list) => {
            list.elements.iter_mut().for_each(|element| rewrite(element, in_loop));
            makes = !list.elements.iter().all(is_literal);
        }
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    rewrite(&mut entry.key, in_loop);
                    rewrite(&mut entry.value, in_loop);
                    makes |= !is_literal(&entry.key) || !is_literal(&entry.value);
                }
            }
        }
        Expr::Struct(_) | Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
    }
    if is_map(&node.expr) {
        wrap(node, WHOLE);
    } else if makes {
        wrap(node, WEIGHED);
    }
}

/// Rewrites a call; returns whether its result must be weighed.
fn rewrite_call(node: &mut IdedExpr, in_loop: bool) -> bool {
    let id = node.id;
    let Expr::Call(found) = &mut node.expr else { return false };
    if let Some(target) = &mut found.target {
        rewrite(target, in_loop);
    }
    found.args.iter_mut().for_each(|argument| rewrite(argument, in_loop));
    // These read one key.
    let of_key = match found.func_name.as_str() {
        operators::INDEX => found.args.first_mut(),
        operators::IN => found.args.get_mut(1),
        _ => None,
    };
    of_key.into_iter().for_each(unwrap_whole);
    if found.func_name == "age" && found.target.is_none() && found.args.len() == 1 {
        found.args.push(IdedExpr { id, expr: Expr::Ident("now".to_owned()) });
    }
    let namespace =
        found.target.as_deref().is_some_and(|target| matches!(&target.expr, Expr::Ident(name) if NAMESPACES.contains(&name.as_str())));
    let name = found.func_name.as_str();
    if TO_PRICE.contains(&name) && found.target.is_some() && namespace == (name == "range") && found.args.len() <= 3 {
        let name = IdedExpr { id, expr: Expr::Literal(LiteralValue::String(std::mem::take(&mut found.func_name).into())) };
        let target = found.target.take().filter(|_| !namespace).map(|target| *target);
        let args = std::iter::once(name).chain(target).chain(std::mem::take(&mut found.args)).collect();
        node.expr = call(PRICED, args);
        return false;
    }
    let compares = [
        operators::EQUALS,
        operators::NOT_EQUALS,
        operators::LESS,
        operators::LESS_EQUALS,
        operators::GREATER,
        operators::GREATER_EQUALS,
        operators::IN,
    ]
    .contains(&name);
    let scalar = SCALAR.contains(&name);
    // Once it takes as long as its values were to make; in a loop that is once a round.
    let alone = compares && name != operators::IN && found.args.iter().any(is_literal);
    if in_loop && (compares && !alone || scalar) {
        let target = found.target.as_deref_mut().filter(|_| !namespace);
        target.into_iter().chain(&mut found.args).filter(|value| !is_literal(value)).for_each(|value| wrap(value, WEIGHED));
    }
    let is_function = name.starts_with(|first: char| first.is_ascii_alphabetic()) || name.starts_with("@sort");
    (is_function && !scalar) || (name == operators::ADD && !found.args.iter().any(is_number))
}

fn rewrite_loop(comprehension: &mut ComprehensionExpr, in_loop: bool) {
    let parts: usize = [&comprehension.loop_cond, &comprehension.loop_step].into_iter().map(parts).sum();
    rewrite(&mut comprehension.iter_range, in_loop);
    rewrite(&mut comprehension.accu_init, in_loop);
    rewrite(&mut comprehension.loop_cond, true);
    rewrite_step(&mut comprehension.loop_step, &comprehension.accu_var);
    rewrite(&mut comprehension.result, in_loop);
    wrap(&mut comprehension.iter_range, COUNTED);
    if let Expr::Call(counted) = &mut comprehension.iter_range.expr {
        let weight = i64::try_from(1 + parts / PARTS_A_STEP).unwrap_or(i64::MAX);
        counted.args.push(IdedExpr { id: 0, expr: Expr::Literal(LiteralValue::Int(weight.into())) });
    }
}

/// `map` and `filter` append `[element]` to what they have. The evaluator does that in place, if the step looks so: the element is weighed,
/// and nothing around it.
fn rewrite_step(step: &mut IdedExpr, accumulator: &str) {
    let is_accumulator = |node: &IdedExpr| matches!(&node.expr, Expr::Ident(name) if name == accumulator);
    if let Expr::Call(found) = &mut step.expr {
        match (found.func_name.as_str(), found.args.as_mut_slice()) {
            (operators::ADD, [so_far, IdedExpr { expr: Expr::List(list), .. }]) if is_accumulator(so_far) => {
                for element in &mut list.elements {
                    rewrite(element, true);
                    if !is_literal(element) && !is_weighed(element) {
                        wrap(element, WEIGHED);
                    }
                }
                return;
            }
            (operators::CONDITIONAL, [guard, appended, so_far]) if is_accumulator(so_far) => {
                rewrite(guard, true);
                rewrite_step(appended, accumulator);
                return;
            }
            _ => {}
        }
    }
    rewrite(step, true);
}

fn call(name: &str, args: Vec<IdedExpr>) -> Expr {
    Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args })
}

/// The expression null.
pub fn null() -> IdedExpr {
    IdedExpr { id: 0, expr: Expr::Literal(LiteralValue::Null) }
}

fn wrap(node: &mut IdedExpr, function: &str) {
    let inner = IdedExpr { id: node.id, expr: std::mem::take(&mut node.expr) };
    node.expr = call(function, vec![inner]);
}

fn unwrap_whole(node: &mut IdedExpr) {
    if let Expr::Call(call) = &mut node.expr
        && call.func_name == WHOLE
        && let Some(map) = call.args.pop()
    {
        *node = map;
    }
}

fn is_weighed(node: &IdedExpr) -> bool {
    matches!(&node.expr, Expr::Call(call) if call.func_name == WEIGHED)
}

fn is_literal(node: &IdedExpr) -> bool {
    matches!(node.expr, Expr::Literal(_))
}

fn is_number(node: &IdedExpr) -> bool {
    matches!(node.expr, Expr::Literal(LiteralValue::Int(_) | LiteralValue::UInt(_) | LiteralValue::Double(_)))
}

/// Tags and a Region's settings are maps: there, `has` tests for a key.
fn is_map(operand: &Expr) -> bool {
    matches!(operand, Expr::Select(select) if ["tags", "opt_in", "full_management"].contains(&select.field.as_str()))
}

/// The parts of an expression: how much there is to do.
fn parts(node: &IdedExpr) -> usize {
    let pattern = match &node.expr {
        Expr::Call(call) if call.func_name == "matches" => call.args.first(),
        _ => None,
    };
    let pattern = match pattern.map(|pattern| &pattern.expr) {
        Some(Expr::Literal(LiteralValue::String(pattern))) => pattern_size(pattern.inner()).saturating_mul(PARTS_OF_A_CHARACTER),
        _ => 0,
    };
    children(node).into_iter().map(parts).fold(pattern.saturating_add(1), usize::saturating_add)
}

/// Cost of compiling a pattern, for each character that it stands for: every evaluation compiles it.
const PARTS_OF_A_CHARACTER: usize = 13;

/// The characters that a pattern stands for when its repetitions are written out: `(a{100}){100}` is 10,000.
fn pattern_size(pattern: &str) -> usize {
    let (mut outer, mut here, mut last) = (Vec::new(), 0_usize, 0_usize);
    let mut rest = pattern.chars();
    while let Some(character) = rest.next() {
        last = match character {
            '(' => {
                outer.push(std::mem::take(&mut here));
                continue;
            }
            ')' => std::mem::replace(&mut here, outer.pop().unwrap_or(0)),
            '{' => {
                let range: String = rest.by_ref().take_while(|character| *character != '}').collect();
                let most = range.split(',').filter_map(|number| number.trim().parse::<usize>().ok()).max().unwrap_or(1);
                here = here.saturating_sub(last);
                last.saturating_mul(most)
            }
            '\\' => rest.next().map_or(0, |_| 1),
            _ => 1,
        };
        here = here.saturating_add(last);
    }
    outer.into_iter().fold(here, usize::saturating_add)
}

/// The direct parts of an expression.
pub fn children(node: &IdedExpr) -> Vec<&IdedExpr> {
    match &node.expr {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Comprehension(found) => {
            vec![&found.iter_range, &found.accu_init, &found.loop_cond, &found.loop_step, &found.result]
        }
        Expr::Map(map) => entries(&map.entries),
        Expr::Struct(of) => entries(&of.entries),
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
    }
}

fn entries(entries: &[IdedEntryExpr]) -> Vec<&IdedExpr> {
    let mut found = Vec::new();
    for entry in entries {
        match &entry.expr {
            EntryExpr::MapEntry(entry) => found.extend([&entry.key, &entry.value]),
            EntryExpr::StructField(field) => found.push(&field.value),
        }
    }
    found
}

/// The depth of an expression. Does not recurse, because it decides which expressions recursive walks may see.
pub fn depth(node: &IdedExpr) -> usize {
    let (mut deepest, mut pending) = (0, vec![(node, 1)]);
    while let Some((node, depth)) = pending.pop() {
        deepest = deepest.max(depth);
        pending.extend(children(unwrapped(node)).into_iter().map(|child| (child, depth + 1)));
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::pattern_size;

    #[test]
    fn repetitions_of_a_pattern_multiply() {
        for (pattern, size) in
            [("", 0), ("abc", 3), ("a{3}b", 4), ("(ab){10}", 20), ("((a{10}){10}){2,10}x", 1_001), (r"\{9}", 3), (r"\d{9}", 9), ("((", 0)]
        {
            assert_eq!(pattern_size(pattern), size, "{pattern}");
        }
        assert_eq!(pattern_size("(a{9999999999}){9999999999}"), usize::MAX);
    }
}
