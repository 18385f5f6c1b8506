import { z } from 'zod';
import { conditionHelpers, inlineHelpers, listHelpers } from './helpers.js';
import { didYouMean, type TemplateProblem } from './problem.js';

type Node = hbs.AST.Node;
/** What names stand for at one place of a template. */
interface Scope { readonly schema: z.ZodType; readonly outer: Scope | null; readonly named: ReadonlyMap<string, z.ZodType>; readonly inList: boolean }

export interface LintInput { readonly file: string; readonly ast: hbs.AST.Program; readonly schema: z.ZodType; readonly partials: ReadonlyMap<string, { readonly file: string; readonly ast: hbs.AST.Program }> }

const isList = (name: string): boolean => name === 'each' || (listHelpers as readonly string[]).includes(name);
const takesNumber = new Set(['time', 'timeExact', 'ago', 'until', 'duration']);
const arityOf = (name: string): readonly [number, number] | undefined => (Object.hasOwn(inlineHelpers, name) ? inlineHelpers[name] : undefined);
const isBlock = (name: string): boolean => isList(name) || name === 'with' || (conditionHelpers as readonly string[]).includes(name);
const frameNames = ['index', 'first', 'last'];

const bare = (schema: z.ZodType): z.ZodType => (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional ? bare(schema.unwrap() as z.ZodType) : schema);
const mayBeMissing = (schema: z.ZodType): boolean => schema instanceof z.ZodNullable || schema instanceof z.ZodOptional;

/**
 * Holds a template's names against the schema of its view. Handlebars' own strict mode says nothing before a message is rendered, and never about names in
 * #if, #each, #with, helper arguments and empty lists (reference/stack-traps.md): here every place is read, taken or not.
 */
export function lint({ file, ast, schema, partials }: LintInput): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const open: string[] = [];

  const visitProgram = (program: hbs.AST.Program | undefined, scope: Scope, inFile: string): void => {
    for (const statement of program?.body ?? []) visit(statement, scope, inFile);
  };

  function visit(node: hbs.AST.Statement, scope: Scope, inFile: string): void {
    const say = (at: Node, message: string): void => { problems.push({ file: inFile, line: at.loc.start.line, column: at.loc.start.column + 1, message }); };

    function refuseHash(hash: hbs.AST.Hash | undefined): void {
      for (const pair of hash?.pairs ?? []) say(pair, `"${pair.key}=" is not understood here: pass the value as an argument.`);
    }
    function resolve(path: hbs.AST.PathExpression): z.ZodType | null {
      if (path.data) {
        const [name = ''] = path.parts;
        if (!frameNames.includes(name) || path.parts.length > 1) { say(path, `@${path.parts.join('.')} is not known.${didYouMean(name, frameNames)}`); return null; }
        if (!scope.inList) { say(path, `@${name} means something only inside a list.`); return null; }
        return name === 'index' ? z.number() : z.boolean();
      }
      let at: Scope | null = scope;
      for (let up = 0; up < path.depth; up++) at = at?.outer ?? null;
      if (!at) { say(path, `${path.original} climbs out of the view.`); return null; }
      let rest = path.parts;
      let found = at.schema;
      const named = path.depth === 0 && rest[0] !== undefined ? scope.named.get(rest[0]) : undefined;
      if (named) { found = named; rest = rest.slice(1); }
      for (const [index, part] of rest.entries()) {
        if (mayBeMissing(found)) { say(path, `"${rest.slice(0, index).join('.')}" may be missing: reach inside it with {{#with ${rest.slice(0, index).join('.')}}}.`); return null; }
        if (found instanceof z.ZodArray && part === 'length') { found = z.number(); continue; }
        const shape: Record<string, z.ZodType> = found instanceof z.ZodObject ? (found.shape as Record<string, z.ZodType>) : {};
        const next = Object.hasOwn(shape, part) ? shape[part] : undefined;
        if (!next) { say(path, `The view has no "${path.original}".${didYouMean(part, Object.keys(shape))}`); return null; }
        found = next;
      }
      return found;
    }
    /** @returns what the helper answers with, where that can be a list. */
    function helperCall(name: string, call: { params: hbs.AST.Expression[]; hash?: hbs.AST.Hash }, place: Node): z.ZodType | null {
      refuseHash(call.hash);
      const arity = arityOf(name);
      if (!arity) { say(place, `No helper is called "${name}".${didYouMean(name, Object.keys(inlineHelpers))}`); return null; }
      if (call.params.length < arity[0] || call.params.length > arity[1]) say(place, `{{${name}}} takes ${arity[0] === arity[1] ? arity[0] : `${arity[0]} to ${arity[1]}`} arguments, not ${call.params.length}.`);
      const types = call.params.map(expression);
      for (const [index, param] of call.params.entries()) {
        const type = types[index];
        if (type && takesNumber.has(name) && !(bare(type) instanceof z.ZodNumber)) say(param, `{{${name}}} takes a number, which this is not.`);
        if (type && name === 'join' && index === 0 && !(bare(type) instanceof z.ZodArray)) say(param, '{{join}} takes a list, which this is not.');
      }
      return name === 'first' ? (types[0] ?? null) : null;
    }
    function expression(node: hbs.AST.Expression): z.ZodType | null {
      if (node.type === 'PathExpression') return resolve(node as hbs.AST.PathExpression);
      if (node.type === 'SubExpression') {
        const call = node as hbs.AST.SubExpression;
        return helperCall(call.path.original, call, node);
      }
      return null;
    }

    switch (node.type) {
      case 'ContentStatement':
      case 'CommentStatement':
        return;
      case 'MustacheStatement': {
        const mustache = node as hbs.AST.MustacheStatement;
        if (!mustache.escaped) { say(node, '{{{ and {{& would let data act as markup: write {{ and a helper such as {{strong}} or {{code}}.'); return; }
        if (mustache.path.type !== 'PathExpression') { say(node, 'Write the words without braces.'); return; }
        const path = mustache.path as hbs.AST.PathExpression;
        const simple = !path.data && path.depth === 0 && path.parts.length === 1;
        if (mustache.params.length > 0 || mustache.hash) { helperCall(path.original, mustache, node); return; }
        if (simple && arityOf(path.original) && !scope.named.has(path.original)) { helperCall(path.original, mustache, node); return; }
        const type = resolve(path);
        const kind = type && bare(type);
        if (kind instanceof z.ZodObject || kind instanceof z.ZodArray) say(node, `"${path.original}" has several parts and cannot be written as one text: name the part, or use {{#items}}, {{join}} or {{count}}.`);
        return;
      }
      case 'BlockStatement': {
        const block = node as hbs.AST.BlockStatement;
        const name = block.path.original;
        refuseHash(block.hash);
        if (isBlock(name) && block.params.length !== 1) say(node, `{{#${name}}} takes one argument, not ${block.params.length}.`);
        const param = block.params[0];
        const type = param ? expression(param) : null;
        if ((conditionHelpers as readonly string[]).includes(name)) visitProgram(block.program, scope, inFile);
        else if (isList(name) || name === 'with') {
          const inner = type && bare(type);
          if (isList(name) && type && !(inner instanceof z.ZodArray)) say(node, `{{#${name}}} takes a list, which this is not.`);
          const schema = isList(name) ? (inner instanceof z.ZodArray ? (inner.element as z.ZodType) : null) : inner;
          if (schema) {
            const [element, index] = block.program.blockParams ?? [];
            const named = new Map(scope.named);
            if (element) named.set(element, schema);
            if (index) named.set(index, z.number());
            visitProgram(block.program, { schema, outer: scope, named, inList: scope.inList || isList(name) }, inFile);
          }
        } else say(node, `No block is called "${name}".${didYouMean(name, [...conditionHelpers, ...listHelpers, 'each', 'with'])}`);
        visitProgram(block.inverse, scope, inFile);
        return;
      }
      case 'PartialStatement': {
        const call = node as hbs.AST.PartialStatement;
        refuseHash(call.hash);
        const name = call.name.type === 'PathExpression' ? (call.name as hbs.AST.PathExpression).original : null;
        const partial = name === null ? undefined : partials.get(name);
        if (name === null || !partial) { say(node, `No partial is called "${name ?? 'that'}": it would be the file _${name ?? 'name'}.hbs.${didYouMean(name ?? '', [...partials.keys()])}`); return; }
        if (open.includes(name)) { say(node, `The partial "${name}" contains itself.`); return; }
        const type = call.params[0] ? expression(call.params[0]) : scope.schema;
        if (!type) return;
        open.push(name);
        visitProgram(partial.ast, { schema: bare(type), outer: null, named: new Map(), inList: false }, partial.file);
        open.pop();
        return;
      }
      default:
        say(node, 'Only names, blocks, helpers and partials are understood in a message template.');
    }
  }

  visitProgram(ast, { schema, outer: null, named: new Map(), inList: false }, file);
  return problems;
}
