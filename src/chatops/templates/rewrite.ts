import Handlebars from 'handlebars';
import type { Dialect } from './markup.js';

/**
 * Handlebars escapes for HTML, whatever the surface. So it is told not to escape at all, and every `{{x}}` becomes `{{escape x}}` of the dialect;
 * the words of a template that serves several surfaces go through the dialect, too.
 * @returns a new tree; the given one stays as it was.
 */
export function rewriteFor(dialect: Dialect, ast: hbs.AST.Program, surfaceNeutral: boolean): hbs.AST.Program {
  const copy = structuredClone(ast);
  class Rewriter extends Handlebars.Visitor {
    override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
      const inner = mustache.params.length > 0
        ? ({ type: 'SubExpression', path: mustache.path, params: mustache.params, hash: mustache.hash, loc: mustache.loc } as hbs.AST.SubExpression)
        : mustache.path;
      mustache.path = { type: 'PathExpression', data: false, depth: 0, parts: ['escape'], original: 'escape', loc: mustache.loc } as hbs.AST.PathExpression;
      mustache.params = [inner];
    }
    override ContentStatement(content: hbs.AST.ContentStatement): void {
      if (surfaceNeutral) content.value = dialect.content(content.value);
    }
  }
  new Rewriter().accept(copy);
  return copy;
}
