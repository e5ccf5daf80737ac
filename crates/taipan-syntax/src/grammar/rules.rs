//! The grammar of the error pass: what CPython 3.14's parser tries, in its order, with its reports.
//!
//! The notation, read by [`super::compile`]: a rule is `name: alternative | alternative`; `*` behind the name: its
//! results are kept; `-`: no `invalid_` rule is tried below it. Items are `'token'`, `"soft keyword"`, `TOKEN`, rule
//! names, `(...)`, `[...]` or `x?`, `x*`, `x+`, `sep.x+`, `&x`, `!x`, `~` (no further alternative) and `&&'token'`
//! (or else "expected 'token'"); `a=x` names the result of `x`. An action stands in braces:
//!
//! - `{=a}`: the result of `a`; `{Kind a b}`: a node of that kind with the results (lists are spliced in);
//! - `{#function a b}`: see [`super::action`];
//! - `{!at a "..."}`, `{!range a b "..."}`, `{!from a "..."}`, `{!last "..."}`, `{!next "..."}`, `{!indent "..."}`:
//!   report the message at a node, from one to another, from one to where the lexer stands, at the last token read,
//!   at the next token, or as IndentationError at the last token. `a<`, `a>`, `a>>`: first item, last item, last item
//!   of the last item. In messages `%n` is what `a` is, `%l` its line, `%i` its text;
//! - `{v8 "..." action}`: the action, from that version on.
//!
//! A list without action gives a list of the results.

pub(super) const RULES: &str = r##"
file: [statements] ENDMARKER
interactive: statement_newline
eval: expressions NEWLINE* ENDMARKER
func_type: '(' [type_expressions] ')' '->' expression NEWLINE* ENDMARKER

statements: statement+
statement: a=compound_stmt {#statement a} | simple_stmts
single_compound_stmt: a=compound_stmt {#statement a}
statement_newline: single_compound_stmt NEWLINE | simple_stmts | NEWLINE | ENDMARKER {#none}
simple_stmts: a=simple_stmt !';' NEWLINE {Block a} | a=';'.simple_stmt+ [';'] NEWLINE {Block a}
simple_stmt*:
    assignment
  | &"type" type_alias
  | e=star_expressions {Statement e}
  | &'return' return_stmt
  | &('import' | 'from') import_stmt
  | &'raise' raise_stmt
  | &'pass' pass_stmt
  | &'del' del_stmt
  | &'yield' yield_stmt
  | &'assert' assert_stmt
  | &'break' break_stmt
  | &'continue' continue_stmt
  | &'global' global_stmt
  | &'nonlocal' nonlocal_stmt
compound_stmt:
    &('def' | '@' | 'async') function_def
  | &'if' if_stmt
  | &('class' | '@') class_def
  | &('with' | 'async') with_stmt
  | &('for' | 'async') for_stmt
  | &'try' try_stmt
  | &'while' while_stmt
  | match_stmt

assignment:
    NAME ':' expression ['=' annotated_rhs] {v6 "Variable annotation syntax is" Statement}
  | ('(' b=single_target ')' {=b} | single_subscript_attribute_target) ':' expression ['=' annotated_rhs]
        {v6 "Variable annotations syntax is" Statement}
  | (z=star_targets '=')+ (yield_expr | star_expressions) !'=' [TYPE_COMMENT] {Statement}
  | single_target augassign ~ (yield_expr | star_expressions) {Statement}
  | invalid_assignment
annotated_rhs: yield_expr | star_expressions
augassign:
    '+=' | '-=' | '*=' | a='@=' {v5 "The '@' operator is" =a} | '/=' | '%=' | '&=' | '|=' | '^=' | '<<=' | '>>='
  | '**=' | '//='

return_stmt: 'return' [star_expressions] {Statement}
raise_stmt: 'raise' expression ['from' expression] {Statement} | 'raise' {Statement}
pass_stmt: 'pass' {Statement}
break_stmt: 'break' {Statement}
continue_stmt: 'continue' {Statement}
global_stmt: 'global' ','.NAME+ {Statement}
nonlocal_stmt: 'nonlocal' ','.NAME+ {Statement}
del_stmt: 'del' del_targets &(';' | NEWLINE) {Statement} | invalid_del_stmt
yield_stmt: yield_expr {Statement}
assert_stmt: 'assert' expression [',' expression] {Statement}
import_stmt*: invalid_import | import_name | import_from

import_name: 'import' dotted_as_names {Statement}
import_from:
    'from' a=('.' | '...')* b=dotted_name 'import' c=import_from_targets {#future a b c}
  | 'from' ('.' | '...')+ 'import' import_from_targets {Statement}
import_from_targets:
    '(' a=import_from_as_names [','] ')' {=a}
  | a=import_from_as_names !',' {=a}
  | '*'
  | invalid_import_from_targets
import_from_as_names: ','.import_from_as_name+
import_from_as_name: invalid_import_from_as_name | a=NAME ['as' NAME] {Alias a}
dotted_as_names: ','.dotted_as_name+
dotted_as_name: invalid_dotted_as_name | a=dotted_name ['as' NAME] {Alias a}
dotted_name*: NAME ('.' NAME)* {Name}

block*: NEWLINE INDENT a=statements DEDENT {Block a} | simple_stmts | invalid_block
decorators: ('@' named_expression NEWLINE)+
class_def: decorators a=class_def_raw {=a} | class_def_raw
class_def_raw:
    invalid_class_def_raw
  | 'class' NAME [type_params] ['(' [arguments] ')'] ':' block {Statement}
function_def: decorators a=function_def_raw {=a} | function_def_raw
function_def_raw:
    invalid_def_raw
  | 'def' NAME [type_params] '(' [params] ')' ['->' expression] ':' [func_type_comment] block {Statement}
  | 'async' 'def' NAME [type_params] '(' [params] ')' ['->' expression] ':' [func_type_comment] block
        {v5 "Async functions are" Statement}

params: invalid_parameters | parameters
parameters:
    slash_no_default param_no_default* param_with_default* [star_etc] {v8 "Positional-only parameters are" Seq}
  | slash_with_default param_with_default* [star_etc] {v8 "Positional-only parameters are" Seq}
  | param_no_default+ param_with_default* [star_etc]
  | param_with_default+ [star_etc]
  | star_etc
slash_no_default: param_no_default+ '/' ',' | param_no_default+ '/' &')'
slash_with_default: param_no_default* param_with_default+ '/' ',' | param_no_default* param_with_default+ '/' &')'
star_etc:
    invalid_star_etc
  | '*' param_no_default param_maybe_default* [kwds]
  | '*' param_no_default_star_annotation param_maybe_default* [kwds]
  | '*' ',' param_maybe_default+ [kwds]
  | kwds
kwds: invalid_kwds | '**' param_no_default
param_no_default: a=param ',' TYPE_COMMENT? {=a} | a=param TYPE_COMMENT? &')' {=a}
param_no_default_star_annotation:
    a=param_star_annotation ',' TYPE_COMMENT? {=a} | a=param_star_annotation TYPE_COMMENT? &')' {=a}
param_with_default: a=param default ',' TYPE_COMMENT? {=a} | a=param default TYPE_COMMENT? &')' {=a}
param_maybe_default: a=param default? ',' TYPE_COMMENT? {=a} | a=param default? TYPE_COMMENT? &')' {=a}
param: NAME annotation? {Param}
param_star_annotation: NAME star_annotation {Param}
annotation: ':' expression
star_annotation: ':' star_expression
default: '=' expression | invalid_default

if_stmt:
    invalid_if_stmt
  | 'if' named_expression ':' block elif_stmt {Statement}
  | 'if' named_expression ':' block [else_block] {Statement}
elif_stmt:
    invalid_elif_stmt
  | 'elif' named_expression ':' block elif_stmt {Statement}
  | 'elif' named_expression ':' block [else_block] {Statement}
else_block: invalid_else_stmt | 'else' &&':' block
while_stmt: invalid_while_stmt | 'while' named_expression ':' block [else_block] {Statement}
for_stmt:
    invalid_for_stmt
  | 'for' star_targets 'in' ~ star_expressions ':' [TYPE_COMMENT] block [else_block] {Statement}
  | 'async' 'for' star_targets 'in' ~ star_expressions ':' [TYPE_COMMENT] block [else_block]
        {v5 "Async for loops are" Statement}
  | invalid_for_target
with_stmt:
    invalid_with_stmt_indent
  | 'with' '(' ','.with_item+ ','? ')' ':' [TYPE_COMMENT] block {Statement}
  | 'with' ','.with_item+ ':' [TYPE_COMMENT] block {Statement}
  | 'async' 'with' '(' ','.with_item+ ','? ')' ':' block {v5 "Async with statements are" Statement}
  | 'async' 'with' ','.with_item+ ':' [TYPE_COMMENT] block {v5 "Async with statements are" Statement}
  | invalid_with_stmt
with_item: expression 'as' star_target &(',' | ')' | ':') | invalid_with_item | expression
try_stmt:
    invalid_try_stmt
  | 'try' &&':' block finally_block {Statement}
  | 'try' &&':' block except_block+ [else_block] [finally_block] {Statement}
  | 'try' &&':' block except_star_block+ [else_block] [finally_block] {v11 "Exception groups are" Statement}
except_block:
    invalid_except_stmt_indent
  | 'except' expression ':' block
  | 'except' expression 'as' NAME ':' block
  | 'except' expressions ':' block {v14 "except expressions without parentheses are" Seq}
  | 'except' ':' block
  | invalid_except_stmt
except_star_block:
    invalid_except_star_stmt_indent
  | 'except' '*' expression ':' block
  | 'except' '*' expression 'as' NAME ':' block
  | 'except' '*' expressions ':' block {v14 "except expressions without parentheses are" Seq}
  | invalid_except_star_stmt
finally_block: invalid_finally_stmt | 'finally' &&':' block

match_stmt:
    "match" subject_expr ':' NEWLINE INDENT case_block+ DEDENT {v10 "Pattern matching is" Statement}
  | invalid_match_stmt
subject_expr: a=star_named_expression ',' b=star_named_expressions? {Tuple a b} | named_expression
case_block: invalid_case_block | "case" patterns guard? ':' block
guard: 'if' named_expression
patterns: a=open_sequence_pattern {Pattern a} | pattern
pattern: as_pattern | or_pattern
as_pattern: or_pattern 'as' pattern_capture_target {Pattern} | invalid_as_pattern
or_pattern: '|'.closed_pattern+ {Pattern}
closed_pattern*:
    literal_pattern | capture_pattern | wildcard_pattern | value_pattern | group_pattern | sequence_pattern
  | mapping_pattern | class_pattern
literal_pattern:
    signed_number !('+' | '-') {Pattern} | complex_number {Pattern} | strings {Pattern} | 'None' {Pattern}
  | 'True' {Pattern} | 'False' {Pattern}
literal_expr:
    a=signed_number !('+' | '-') {=a} | complex_number | &(STRING | FSTRING_START | TSTRING_START) strings | 'None'
  | 'True' | 'False'
complex_number: signed_real_number '+' imaginary_number | signed_real_number '-' imaginary_number
signed_number: NUMBER | '-' NUMBER {UnaryOp}
signed_real_number: real_number | '-' real_number {UnaryOp}
real_number: a=NUMBER {#real a}
imaginary_number: a=NUMBER {#imaginary a}
capture_pattern: pattern_capture_target {Pattern}
pattern_capture_target: !"_" a=NAME !('.' | '(' | '=') {=a}
wildcard_pattern: "_" {Pattern}
value_pattern: attr !('.' | '(' | '=') {Pattern}
attr*: NAME ('.' NAME)+ {Attribute}
name_or_attr: attr | NAME
group_pattern: '(' a=pattern ')' {=a}
sequence_pattern: '[' maybe_sequence_pattern? ']' {Pattern} | '(' open_sequence_pattern? ')' {Pattern}
open_sequence_pattern: a=maybe_star_pattern ',' b=maybe_sequence_pattern? {Seq a b}
maybe_sequence_pattern: a=','.maybe_star_pattern+ ','? {=a}
maybe_star_pattern: star_pattern | pattern
star_pattern*: '*' pattern_capture_target {Pattern} | '*' wildcard_pattern {Pattern}
mapping_pattern:
    '{' '}' {Pattern}
  | '{' double_star_pattern ','? '}' {Pattern}
  | '{' items_pattern ',' double_star_pattern ','? '}' {Pattern}
  | '{' items_pattern ','? '}' {Pattern}
items_pattern: ','.key_value_pattern+
key_value_pattern: (literal_expr | attr) ':' pattern
double_star_pattern: '**' pattern_capture_target
class_pattern:
    name_or_attr '(' ')' {Pattern}
  | name_or_attr '(' positional_patterns ','? ')' {Pattern}
  | name_or_attr '(' keyword_patterns ','? ')' {Pattern}
  | name_or_attr '(' positional_patterns ',' keyword_patterns ','? ')' {Pattern}
  | invalid_class_pattern
positional_patterns: ','.pattern+
keyword_patterns: ','.keyword_pattern+
keyword_pattern: NAME '=' pattern

type_alias: "type" NAME [type_params] '=' expression {v12 "Type statement is" Statement}
type_params: invalid_type_params | '[' type_param_seq ']' {v12 "Type parameter lists are" Seq}
type_param_seq: ','.type_param+ [',']
type_param*:
    NAME [type_param_bound] [type_param_default]
  | invalid_type_param
  | '*' NAME [type_param_starred_default]
  | '**' NAME [type_param_default]
type_param_bound: ':' expression
type_param_default: '=' expression {v13 "Type parameter defaults are" Seq}
type_param_starred_default: '=' star_expression {v13 "Type parameter defaults are" Seq}

expressions: a=expression b=(',' c=expression {=c})+ [','] {Tuple a b} | a=expression ',' {Tuple a} | expression
expression*:
    invalid_expression
  | invalid_legacy_expression
  | disjunction 'if' disjunction 'else' expression {IfExp}
  | disjunction
  | lambdef
yield_expr: 'yield' 'from' expression {Yield} | 'yield' [star_expressions] {Yield}
star_expressions:
    a=star_expression b=(',' c=star_expression {=c})+ [','] {Tuple a b} | a=star_expression ',' {Tuple a} | star_expression
star_expression*: '*' a=bitwise_or {Starred a} | expression
star_named_expressions: a=','.star_named_expression+ [','] {=a}
star_named_expression: '*' a=bitwise_or {Starred a} | named_expression
assignment_expression: NAME ':=' ~ expression {v8 "Assignment expressions are" NamedExpr}
named_expression: assignment_expression | invalid_named_expression | a=expression !':=' {=a}
disjunction*: conjunction ('or' conjunction)+ {BoolOp} | conjunction
conjunction*: inversion ('and' inversion)+ {BoolOp} | inversion
inversion*: 'not' inversion {UnaryOp} | comparison
comparison: a=bitwise_or b=compare_op_bitwise_or_pair+ {Compare a b} | bitwise_or
compare_op_bitwise_or_pair:
    '==' bitwise_or | (a='!=' {#barry a}) bitwise_or | '<=' bitwise_or | invalid_less_greater | '<' bitwise_or | '>=' bitwise_or
  | '>' bitwise_or | 'not' 'in' bitwise_or | 'in' bitwise_or {In} | 'is' 'not' bitwise_or | 'is' bitwise_or
bitwise_or*: a=bitwise_xor b=('|' bitwise_xor)* {#grow a b}
bitwise_xor*: a=bitwise_and b=('^' bitwise_and)* {#grow a b}
bitwise_and*: a=shift_expr b=('&' shift_expr)* {#grow a b}
shift_expr*: a=shift_operand b=('<<' sum | '>>' sum)* {#grow a b}
shift_operand: invalid_arithmetic | sum
sum*: a=term b=('+' term | '-' term)* {#grow a b}
term*:
    a=term_operand b=('*' factor | '/' factor | '//' factor | '%' factor
  | '@' a=factor {v5 "The '@' operator is" =a})* {#grow a b}
term_operand: invalid_factor | factor
factor*: '+' factor {UnaryOp} | '-' factor {UnaryOp} | '~' factor {UnaryOp} | power
power: await_primary '**' factor {BinOp} | await_primary
await_primary*: 'await' primary {v5 "Await expressions are" Await} | primary
primary*:
    a=atom b=('.' NAME {Attribute} | genexp {Call} | '(' [arguments] ')' {Call} | '[' slices ']' {Subscript})*
        {#suffix a b}
slices: a=slice !',' {=a} | a=','.(slice | starred_expression)+ [','] {Tuple a}
slice: [expression] ':' [expression] [':' [expression]] {Slice} | named_expression
atom:
    NAME
  | 'True' {True}
  | 'False' {False}
  | 'None' {None}
  | &(STRING | FSTRING_START | TSTRING_START) strings
  | NUMBER
  | &'(' (tuple | group | genexp)
  | &'[' (list | listcomp)
  | &'{' (dict | set | dictcomp | setcomp)
  | '...' {Ellipsis}
group: '(' a=(yield_expr | named_expression) ')' {=a} | invalid_group

lambdef: 'lambda' [lambda_params] ':' expression {Lambda}
lambda_params: invalid_lambda_parameters | lambda_parameters
lambda_parameters:
    lambda_slash_no_default lambda_param_no_default* lambda_param_with_default* [lambda_star_etc]
        {v8 "Positional-only parameters are" Seq}
  | lambda_slash_with_default lambda_param_with_default* [lambda_star_etc] {v8 "Positional-only parameters are" Seq}
  | lambda_param_no_default+ lambda_param_with_default* [lambda_star_etc]
  | lambda_param_with_default+ [lambda_star_etc]
  | lambda_star_etc
lambda_slash_no_default: lambda_param_no_default+ '/' ',' | lambda_param_no_default+ '/' &':'
lambda_slash_with_default:
    lambda_param_no_default* lambda_param_with_default+ '/' ','
  | lambda_param_no_default* lambda_param_with_default+ '/' &':'
lambda_star_etc:
    invalid_lambda_star_etc
  | '*' lambda_param_no_default lambda_param_maybe_default* [lambda_kwds]
  | '*' ',' lambda_param_maybe_default+ [lambda_kwds]
  | lambda_kwds
lambda_kwds: invalid_lambda_kwds | '**' lambda_param_no_default
lambda_param_no_default: a=lambda_param ',' {=a} | a=lambda_param &':' {=a}
lambda_param_with_default: a=lambda_param default ',' {=a} | a=lambda_param default &':' {=a}
lambda_param_maybe_default: a=lambda_param default? ',' {=a} | a=lambda_param default? &':' {=a}
lambda_param: NAME {Param}

fstring_middle: fstring_replacement_field | t=FSTRING_MIDDLE
fstring_replacement_field:
    '{' annotated_rhs '='? [fstring_conversion] [fstring_full_format_spec] '}' {FormattedValue}
  | invalid_fstring_replacement_field
fstring_conversion: a="!" b=NAME {#conversion a b}
fstring_full_format_spec: ':' fstring_format_spec*
fstring_format_spec: t=FSTRING_MIDDLE {#spec t} | fstring_replacement_field
fstring: a=FSTRING_START b=fstring_middle* c=FSTRING_END {#fstring a b}
tstring_format_spec_replacement_field:
    '{' annotated_rhs '='? [fstring_conversion] [tstring_full_format_spec] '}' {FormattedValue}
  | invalid_tstring_replacement_field
tstring_format_spec: t=TSTRING_MIDDLE {#spec t} | tstring_format_spec_replacement_field
tstring_full_format_spec: ':' tstring_format_spec*
tstring_replacement_field:
    '{' annotated_rhs '='? [fstring_conversion] [tstring_full_format_spec] '}' {FormattedValue}
  | invalid_tstring_replacement_field
tstring_middle: tstring_replacement_field | t=TSTRING_MIDDLE
tstring*: a=TSTRING_START b=tstring_middle* c=TSTRING_END {v14 "t-strings are" #tstring a b}
string: s=STRING {#string s}
strings*:
    invalid_string_tstring_concat
  | a=(fstring | string)+ {#strings a}
  | a=tstring+ {TemplateStr a}

list: '[' a=[star_named_expressions] ']' {List a}
tuple: '(' a=[y=star_named_expression ',' z=[star_named_expressions] {Seq y z}] ')' {Tuple a}
set: '{' star_named_expressions '}' {Set}
dict: '{' [double_starred_kvpairs] '}' {Dict} | '{' invalid_double_starred_kvpairs '}'
double_starred_kvpairs: a=','.double_starred_kvpair+ [',']
double_starred_kvpair: '**' bitwise_or | kvpair
kvpair: expression ':' expression
for_if_clauses: for_if_clause+
for_if_clause:
    'async' 'for' star_targets 'in' ~ b=disjunction c=('if' z=disjunction {=z})*
        {v6 "Async comprehensions are" Clause b c}
  | 'for' star_targets 'in' ~ b=disjunction c=('if' z=disjunction {=z})* {Clause b c}
  | invalid_for_if_clause
  | invalid_for_target
listcomp: '[' named_expression for_if_clauses ']' {ListComp} | invalid_comprehension
setcomp: '{' named_expression for_if_clauses '}' {SetComp} | invalid_comprehension
genexp: '(' (assignment_expression | a=expression !':=' {=a}) for_if_clauses ')' {GeneratorExp} | invalid_comprehension
dictcomp: '{' kvpair for_if_clauses '}' {DictComp} | invalid_dict_comprehension

arguments*: a=args [','] &')' {=a} | invalid_arguments
args:
    a=','.(starred_expression | a=(assignment_expression | a=expression !':=' {=a}) !'=' {=a})+ b=[',' k=kwargs {=k}] {Call a b}
  | a=kwargs {Call a}
kwargs:
    a=','.kwarg_or_starred+ ',' b=','.kwarg_or_double_starred+ {Seq a b}
  | ','.kwarg_or_starred+
  | ','.kwarg_or_double_starred+
starred_expression: invalid_starred_expression_unpacking | '*' a=expression {Starred a} | invalid_starred_expression
kwarg_or_starred: invalid_kwarg | NAME '=' expression {Keyword} | starred_expression
kwarg_or_double_starred: invalid_kwarg | NAME '=' expression {Keyword} | '**' expression {Unpacking}

star_targets: a=star_target !',' {=a} | a=star_target b=(',' c=star_target {=c})* [','] {Tuple a b}
star_targets_list_seq: a=','.star_target+ [','] {=a}
star_targets_tuple_seq: a=star_target b=(',' c=star_target {=c})+ [','] {Seq a b} | a=star_target ',' {Seq a}
star_target*: '*' (!'*' star_target) {Starred} | target_with_star_atom
target_with_star_atom*:
    t_primary '.' NAME !t_lookahead {Attribute}
  | t_primary '[' slices ']' !t_lookahead {Subscript}
  | star_atom
star_atom:
    NAME
  | '(' a=target_with_star_atom ')' {=a}
  | '(' a=[star_targets_tuple_seq] ')' {Tuple a}
  | '[' a=[star_targets_list_seq] ']' {List a}
single_target: single_subscript_attribute_target | NAME | '(' a=single_target ')' {=a}
single_subscript_attribute_target:
    t_primary '.' NAME !t_lookahead {Attribute} | t_primary '[' slices ']' !t_lookahead {Subscript}
t_primary*:
    a=(a=atom &t_lookahead {=a})
    b=('.' NAME &t_lookahead {Attribute} | '[' slices ']' &t_lookahead {Subscript} | genexp &t_lookahead {Call}
  | '(' [arguments] ')' &t_lookahead {Call})* {#suffix a b}
t_lookahead: '(' | '[' | '.'
del_targets: ','.del_target+ [',']
del_target*:
    t_primary '.' NAME !t_lookahead {Attribute} | t_primary '[' slices ']' !t_lookahead {Subscript} | del_t_atom
del_t_atom: NAME | '(' a=del_target ')' {=a} | '(' [del_targets] ')' {Tuple} | '[' [del_targets] ']' {List}

type_expressions:
    ','.expression+ ',' '*' expression ',' '**' expression
  | ','.expression+ ',' '*' expression
  | ','.expression+ ',' '**' expression
  | '*' expression ',' '**' expression
  | '*' expression
  | '**' expression
  | ','.expression+
func_type_comment: NEWLINE a=TYPE_COMMENT &(NEWLINE INDENT) {=a} | invalid_double_type_comments | TYPE_COMMENT

invalid_less_greater: a='<' b='>' {#less_greater a b}
invalid_arguments:
    ((','.(starred_expression | (assignment_expression | a=expression !':=' {=a}) !'=')+ ',' kwargs) | kwargs) a=','
        ','.(starred_expression !'=')+
        {!from a "iterable argument unpacking follows keyword argument unpacking"}
  | a=expression b=for_if_clauses ',' [args | expression for_if_clauses]
        {!range a b>> "Generator expression must be parenthesized"}
  | a=NAME b='=' expression for_if_clauses {!range a b "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"}
  | [args ','] a=NAME b='=' &(',' | ')') {!range a b "expected argument value expression"}
  | a=args b=for_if_clauses {#generator_in_call a b}
  | args ',' a=expression b=for_if_clauses {!range a b>> "Generator expression must be parenthesized"}
  | a=args ',' args {#positional_after_keyword a}
invalid_kwarg:
    a=('True' | 'False' | 'None') b='=' {!range a b "cannot assign to %i"}
  | a=NAME b='=' expression for_if_clauses {!range a b "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"}
  | !(NAME '=') a=expression b='=' {!range a b "expression cannot contain assignment, perhaps you meant \"==\"?"}
  | a='**' expression '=' b=expression {!range a b "cannot assign to keyword argument unpacking"}
expression_without_invalid-: disjunction 'if' disjunction 'else' expression {IfExp} | disjunction | lambdef
invalid_legacy_expression: a=NAME !'(' b=star_expressions {#legacy a b}
invalid_type_param:
    '*' NAME a=':' b=expression {#bound a b "TypeVarTuple"}
  | '**' NAME a=':' b=expression {#bound a b "ParamSpec"}
invalid_expression:
    STRING a=(!STRING b=expression_without_invalid {=b})+ STRING
        {!range a< a> "invalid syntax. Is this intended to be part of the string?"}
  | !(NAME STRING | SOFT_KEYWORD) a=disjunction b=expression_without_invalid {#missing_comma a b}
  | a=disjunction 'if' b=disjunction !('else' | ':') {!range a b "expected 'else' after 'if' expression"}
  | disjunction 'if' disjunction 'else' !expression
        {!next "expected expression after 'else', but statement is given"}
  | a=(pass_stmt | break_stmt | continue_stmt) 'if' disjunction 'else' simple_stmt
        {!at a "expected expression before 'if', but statement is given"}
  | a='lambda' [lambda_params] b=':' &FSTRING_MIDDLE
        {!range a b "f-string: lambda expressions are not allowed without parentheses"}
  | a='lambda' [lambda_params] b=':' &TSTRING_MIDDLE
        {!range a b "t-string: lambda expressions are not allowed without parentheses"}
invalid_named_expression*:
    a=expression ':=' expression {!at a "cannot use assignment expressions with %n"}
  | a=NAME '=' b=bitwise_or !('=' | ':=') {!range a b "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"}
  | !(list | tuple | genexp | 'True' | 'None' | 'False') a=bitwise_or '=' bitwise_or !('=' | ':=')
        {!at a "cannot assign to %n here. Maybe you meant '==' instead of '='?"}
invalid_assignment:
    a=invalid_ann_assign_target ':' expression {!at a "only single target (not %n) can be annotated"}
  | a=star_named_expression ',' star_named_expressions* ':' expression
        {!at a "only single target (not tuple) can be annotated"}
  | a=expression ':' expression {!at a "illegal target for annotation"}
  | (star_targets '=')* a=star_expressions '=' {#star_target a}
  | (star_targets '=')* a=yield_expr '=' {!at a "assignment to yield expression not possible"}
  | a=star_expressions augassign annotated_rhs {!at a "'%n' is an illegal expression for augmented assignment"}
invalid_ann_assign_target: list | tuple | '(' a=invalid_ann_assign_target ')' {=a}
invalid_del_stmt: 'del' a=star_expressions {#del_target a}
invalid_block: NEWLINE !INDENT {!indent "expected an indented block"}
invalid_comprehension:
    ('[' | '(' | '{') a=starred_expression for_if_clauses {!at a "iterable unpacking cannot be used in comprehension"}
  | ('[' | '{') a=star_named_expression ',' b=star_named_expressions for_if_clauses
        {!range a b> "did you forget parentheses around the comprehension target?"}
  | ('[' | '{') a=star_named_expression b=',' for_if_clauses
        {!range a b "did you forget parentheses around the comprehension target?"}
invalid_dict_comprehension:
    '{' a='**' bitwise_or for_if_clauses '}' {!at a "dict unpacking cannot be used in dict comprehension"}
invalid_parameters:
    a='/' ',' {!at a "at least one argument must precede /"}
  | (slash_no_default | slash_with_default) param_maybe_default* a='/' {!at a "/ may appear only once"}
  | slash_no_default? param_no_default* invalid_parameters_helper a=param_no_default
        {!at a "parameter without a default follows parameter with a default"}
  | param_no_default* a='(' param_no_default+ ','? b=')' {!range a b "Function parameters cannot be parenthesized"}
  | [slash_no_default | slash_with_default] param_maybe_default* '*' (',' | param_no_default) param_maybe_default* a='/'
        {!at a "/ must be ahead of *"}
  | param_maybe_default+ '/' a='*' {!at a "expected comma between / and *"}
invalid_default: a='=' &(')' | ',') {!at a "expected default value expression"}
invalid_star_etc:
    a='*' (')' | ',' (')' | '**')) {!at a "named arguments must follow bare *"}
  | '*' ',' TYPE_COMMENT {!last "bare * has associated type comment"}
  | '*' param a='=' {!at a "var-positional argument cannot have default value"}
  | '*' (param_no_default | ',') param_maybe_default* a='*' (param_no_default | ',')
        {!at a "* argument may appear only once"}
invalid_kwds:
    '**' param a='=' {!at a "var-keyword argument cannot have default value"}
  | '**' param ',' a=param {!at a "arguments cannot follow var-keyword argument"}
  | '**' param ',' a=('*' | '**' | '/') {!at a "arguments cannot follow var-keyword argument"}
invalid_parameters_helper: slash_with_default | param_with_default+
invalid_lambda_parameters:
    a='/' ',' {!at a "at least one argument must precede /"}
  | (lambda_slash_no_default | lambda_slash_with_default) lambda_param_maybe_default* a='/'
        {!at a "/ may appear only once"}
  | lambda_slash_no_default? lambda_param_no_default* invalid_lambda_parameters_helper a=lambda_param_no_default
        {!at a "parameter without a default follows parameter with a default"}
  | lambda_param_no_default* a='(' ','.lambda_param+ ','? b=')'
        {!range a b "Lambda expression parameters cannot be parenthesized"}
  | [lambda_slash_no_default | lambda_slash_with_default] lambda_param_maybe_default* '*'
        (',' | lambda_param_no_default) lambda_param_maybe_default* a='/' {!at a "/ must be ahead of *"}
  | lambda_param_maybe_default+ '/' a='*' {!at a "expected comma between / and *"}
invalid_lambda_parameters_helper: lambda_slash_with_default | lambda_param_with_default+
invalid_lambda_star_etc:
    '*' (':' | ',' (':' | '**')) {!last "named arguments must follow bare *"}
  | '*' lambda_param a='=' {!at a "var-positional argument cannot have default value"}
  | '*' (lambda_param_no_default | ',') lambda_param_maybe_default* a='*' (lambda_param_no_default | ',')
        {!at a "* argument may appear only once"}
invalid_lambda_kwds:
    '**' lambda_param a='=' {!at a "var-keyword argument cannot have default value"}
  | '**' lambda_param ',' a=lambda_param {!at a "arguments cannot follow var-keyword argument"}
  | '**' lambda_param ',' a=('*' | '**' | '/') {!at a "arguments cannot follow var-keyword argument"}
invalid_double_type_comments:
    TYPE_COMMENT NEWLINE TYPE_COMMENT NEWLINE INDENT {!last "Cannot have two type comments on def"}
invalid_with_item: expression 'as' a=expression &(',' | ')' | ':') {#star_target a}
invalid_for_if_clause:
    'async'? 'for' (bitwise_or (',' bitwise_or)* [',']) !'in' {!last "'in' expected after for-loop variables"}
invalid_for_target: 'async'? 'for' a=star_expressions {#for_target a}
invalid_group:
    '(' a=starred_expression ')' {!at a "cannot use starred expression here"}
  | '(' a='**' expression ')' {!at a "cannot use double starred expression here"}
invalid_import:
    a='import' ','.dotted_name+ 'from' dotted_name {!from a "Did you mean to use 'from ... import ...' instead?"}
  | 'import' a=NEWLINE {!from a "Expected one or more names after 'import'"}
invalid_dotted_as_name:
    dotted_name 'as' !(NAME (',' | ')' | ';' | NEWLINE)) a=expression {!at a "cannot use %n as import target"}
invalid_import_from_as_name:
    NAME 'as' !(NAME (',' | ')' | ';' | NEWLINE)) a=expression {!at a "cannot use %n as import target"}
invalid_import_from_targets:
    import_from_as_names ',' NEWLINE {!last "trailing comma not allowed without surrounding parentheses"}
  | a=NEWLINE {!from a "Expected one or more names after 'import'"}
invalid_with_stmt:
    ['async'] 'with' ','.(expression ['as' star_target])+ NEWLINE {!last "expected ':'"}
  | ['async'] 'with' '(' ','.(expressions ['as' star_target])+ ','? ')' NEWLINE {!last "expected ':'"}
invalid_with_stmt_indent:
    ['async'] a='with' ','.(expression ['as' star_target])+ ':' NEWLINE !INDENT
        {!indent a "expected an indented block after 'with' statement on line %l"}
  | ['async'] a='with' '(' ','.(expressions ['as' star_target])+ ','? ')' ':' NEWLINE !INDENT
        {!indent a "expected an indented block after 'with' statement on line %l"}
invalid_try_stmt:
    a='try' ':' NEWLINE !INDENT {!indent a "expected an indented block after 'try' statement on line %l"}
  | 'try' ':' block !('except' | 'finally') {!last "expected 'except' or 'finally' block"}
  | 'try' ':' block* except_block+ a='except' b='*' expression ['as' NAME] ':'
        {!range a b "cannot have both 'except' and 'except*' on the same 'try'"}
  | 'try' ':' block* except_star_block+ a='except' [expression ['as' NAME]] ':'
        {!at a "cannot have both 'except' and 'except*' on the same 'try'"}
invalid_except_stmt:
    'except' a=expression ',' expressions 'as' NAME ':'
        {!from a "multiple exception types must be parenthesized when using 'as'"}
  | 'except' expression ['as' NAME] NEWLINE {!last "expected ':'"}
  | 'except' NEWLINE {!last "expected ':'"}
  | 'except' expression 'as' a=expression ':' block {!at a "cannot use except statement with %n"}
invalid_except_star_stmt:
    'except' '*' a=expression ',' expressions 'as' NAME ':'
        {!from a "multiple exception types must be parenthesized when using 'as'"}
  | 'except' '*' expression ['as' NAME] NEWLINE {!last "expected ':'"}
  | 'except' '*' (NEWLINE | ':') {!last "expected one or more exception types"}
  | 'except' '*' expression 'as' a=expression ':' block {!at a "cannot use except* statement with %n"}
invalid_finally_stmt:
    a='finally' ':' NEWLINE !INDENT {!indent a "expected an indented block after 'finally' statement on line %l"}
invalid_except_stmt_indent:
    a='except' expression ['as' NAME] ':' NEWLINE !INDENT
        {!indent a "expected an indented block after 'except' statement on line %l"}
  | a='except' ':' NEWLINE !INDENT {!indent a "expected an indented block after 'except' statement on line %l"}
invalid_except_star_stmt_indent:
    a='except' '*' expression ['as' NAME] ':' NEWLINE !INDENT
        {!indent a "expected an indented block after 'except*' statement on line %l"}
invalid_match_stmt:
    "match" subject_expr NEWLINE {!last "expected ':'"}
  | a="match" subject_expr ':' NEWLINE !INDENT
        {!indent a "expected an indented block after 'match' statement on line %l"}
invalid_case_block:
    "case" patterns guard? NEWLINE {!last "expected ':'"}
  | a="case" patterns guard? ':' NEWLINE !INDENT
        {!indent a "expected an indented block after 'case' statement on line %l"}
invalid_as_pattern:
    or_pattern 'as' a="_" {!at a "cannot use '_' as a target"}
  | or_pattern 'as' a=expression {!at a "cannot use %n as pattern target"}
invalid_class_pattern:
    name_or_attr '(' a=invalid_class_argument_pattern {!range a< a> "positional patterns follow keyword patterns"}
invalid_class_argument_pattern: [positional_patterns ','] keyword_patterns ',' a=positional_patterns {=a}
invalid_if_stmt:
    'if' named_expression NEWLINE {!last "expected ':'"}
  | a='if' named_expression ':' NEWLINE !INDENT
        {!indent a "expected an indented block after 'if' statement on line %l"}
invalid_elif_stmt:
    'elif' named_expression NEWLINE {!last "expected ':'"}
  | a='elif' named_expression ':' NEWLINE !INDENT
        {!indent a "expected an indented block after 'elif' statement on line %l"}
invalid_else_stmt:
    a='else' ':' NEWLINE !INDENT {!indent a "expected an indented block after 'else' statement on line %l"}
  | 'else' ':' block 'elif' {!last "'elif' block follows an 'else' block"}
invalid_while_stmt:
    'while' named_expression NEWLINE {!last "expected ':'"}
  | a='while' named_expression ':' NEWLINE !INDENT
        {!indent a "expected an indented block after 'while' statement on line %l"}
invalid_for_stmt:
    ['async'] 'for' star_targets 'in' star_expressions NEWLINE {!last "expected ':'"}
  | ['async'] a='for' star_targets 'in' star_expressions ':' NEWLINE !INDENT
        {!indent a "expected an indented block after 'for' statement on line %l"}
invalid_def_raw:
    ['async'] a='def' NAME [type_params] '(' [params] ')' ['->' expression] ':' NEWLINE !INDENT
        {!indent a "expected an indented block after function definition on line %l"}
  | ['async'] 'def' NAME [type_params] &&'(' [params] ')' ['->' expression] &&':' [func_type_comment] block
invalid_class_def_raw:
    'class' NAME [type_params] ['(' [arguments] ')'] NEWLINE {!last "expected ':'"}
  | a='class' NAME [type_params] ['(' [arguments] ')'] ':' NEWLINE !INDENT
        {!indent a "expected an indented block after class definition on line %l"}
invalid_double_starred_kvpairs:
    ','.double_starred_kvpair+ ',' invalid_kvpair
  | expression ':' a='*' bitwise_or {!from a "cannot use a starred expression in a dictionary value"}
  | expression a=':' &('}' | ',') {!at a "expression expected after dictionary key and ':'"}
invalid_kvpair:
    a=expression !':' {#dict_key a}
  | expression ':' a='*' bitwise_or {!from a "cannot use a starred expression in a dictionary value"}
  | expression a=':' &('}' | ',') {!at a "expression expected after dictionary key and ':'"}
invalid_starred_expression_unpacking:
    a='*' expression '=' b=expression {!range a b "cannot assign to iterable argument unpacking"}
invalid_starred_expression: '*' {!last "Invalid star expression"}
invalid_fstring_replacement_field:
    '{' a='=' {!at a "f-string: valid expression required before '='"}
  | '{' a='!' {!at a "f-string: valid expression required before '!'"}
  | '{' a=':' {!at a "f-string: valid expression required before ':'"}
  | '{' a='}' {!at a "f-string: valid expression required before '}'"}
  | '{' !annotated_rhs {!next "f-string: expecting a valid expression after '{'"}
  | '{' annotated_rhs !('=' | '!' | ':' | '}') {!next "f-string: expecting '=', or '!', or ':', or '}'"}
  | '{' annotated_rhs '=' !('!' | ':' | '}') {!next "f-string: expecting '!', or ':', or '}'"}
  | '{' annotated_rhs '='? invalid_fstring_conversion_character
  | '{' annotated_rhs '='? ['!' NAME] !(':' | '}') {!next "f-string: expecting ':' or '}'"}
  | '{' annotated_rhs '='? ['!' NAME] ':' fstring_format_spec* !'}' {!next "f-string: expecting '}', or format specs"}
  | '{' annotated_rhs '='? ['!' NAME] !'}' {!next "f-string: expecting '}'"}
invalid_fstring_conversion_character:
    '!' &(':' | '}') {!next "f-string: missing conversion character"}
  | '!' !NAME {!next "f-string: invalid conversion character"}
invalid_tstring_replacement_field:
    '{' a='=' {!at a "t-string: valid expression required before '='"}
  | '{' a='!' {!at a "t-string: valid expression required before '!'"}
  | '{' a=':' {!at a "t-string: valid expression required before ':'"}
  | '{' a='}' {!at a "t-string: valid expression required before '}'"}
  | '{' !annotated_rhs {!next "t-string: expecting a valid expression after '{'"}
  | '{' annotated_rhs !('=' | '!' | ':' | '}') {!next "t-string: expecting '=', or '!', or ':', or '}'"}
  | '{' annotated_rhs '=' !('!' | ':' | '}') {!next "t-string: expecting '!', or ':', or '}'"}
  | '{' annotated_rhs '='? invalid_tstring_conversion_character
  | '{' annotated_rhs '='? ['!' NAME] !(':' | '}') {!next "t-string: expecting ':' or '}'"}
  | '{' annotated_rhs '='? ['!' NAME] ':' fstring_format_spec* !'}' {!next "t-string: expecting '}', or format specs"}
  | '{' annotated_rhs '='? ['!' NAME] !'}' {!next "t-string: expecting '}'"}
invalid_tstring_conversion_character:
    '!' &(':' | '}') {!next "t-string: missing conversion character"}
  | '!' !NAME {!next "t-string: invalid conversion character"}
invalid_string_tstring_concat:
    a=(fstring | string)+ b=tstring {!range a> b "cannot mix t-string literals with string or bytes literals"}
  | a=tstring+ b=(fstring | string) {!range a> b "cannot mix t-string literals with string or bytes literals"}
invalid_arithmetic:
    sum ('+' | '-' | '*' | '/' | '%' | '//' | '@') a='not' b=inversion
        {!range a b "'not' after an operator must be parenthesized"}
invalid_factor: ('+' | '-' | '~') a='not' b=factor {!range a b "'not' after an operator must be parenthesized"}
invalid_type_params: '[' a=']' {!from a "Type parameter list cannot be empty"}
"##;
