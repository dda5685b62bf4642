// A window as a person sees it: a folder that is not trusted, then the whole way in the same window.
import * as way from './flow.mjs';
import * as restricted from './restricted.mjs';
import { run } from './window.mjs';

await run(restricted.settings, restricted, way);
