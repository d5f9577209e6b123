/** In the published package the bundler puts undici's own code here (bundle-undici.mjs). */
export { Agent } from 'undici';
