// Makes the dashboard of packages/coordinator/web: one script, one style, an icon and the page, in dist/web. Names carry
// a digest of the contents, so that browsers keep them for ever.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const coordinator = fileURLToPath(new URL('../packages/coordinator/', import.meta.url));
const source = `${coordinator}web/`;
const root = fileURLToPath(new URL('../', import.meta.url));

/** What their licences ask for. */
const NOTICE =
  '/* Contains Preact (c) Jason Miller and uPlot (c) Leon Sorokin, both under the MIT license: opensource.org/license/mit */\n';

export async function bundleWeb() {
  const dir = `${coordinator}dist/web`;
  const [fresh, former] = [`${dir}.new`, `${dir}.old`];
  for (const left of [fresh, former]) rmSync(left, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const kept = (name, ending, content) => {
    const digest = createHash('sha256').update(content).digest('hex').slice(0, 12);
    writeFileSync(`${fresh}/${name}-${digest}.${ending}`, content);
    return `/assets/${name}-${digest}.${ending}`;
  };
  const read = (path) => readFileSync(path, 'utf8');
  const style = read(`${root}node_modules/uplot/dist/uPlot.min.css`) + read(`${source}style.css`);
  const page = read(`${source}index.html`)
    .replace('ICON', kept('icon', 'svg', read(`${source}icon.svg`)))
    .replace('STYLE', kept('style', 'css', style))
    .replace('SCRIPT', kept('app', 'js', NOTICE + (await script())));
  writeFileSync(`${fresh}/index.html`, page);
  if (existsSync(dir)) renameSync(dir, former);
  renameSync(fresh, dir);
  rmSync(former, { recursive: true, force: true });
}

async function script() {
  const bundle = await rolldown({
    input: `${source}main.tsx`,
    platform: 'browser',
    transform: { target: 'es2022' },
    logLevel: 'warn',
  });
  const { output } = await bundle.generate({ format: 'es', minify: true, codeSplitting: false });
  await bundle.close();
  return output[0].code;
}
