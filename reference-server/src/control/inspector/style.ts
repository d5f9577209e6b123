/** Colors stand on both grounds with a contrast of at least 4.5. */
export const STYLE = `
:root { color-scheme: light dark; --text: light-dark(#1b1f24, #e6e9ee); --quiet: light-dark(#57606a, #a3adb8);
  --back: light-dark(#fff, #14171b); --raised: light-dark(#f4f6f8, #1d2127); --line: light-dark(#d0d7de, #3a424c);
  --blue: light-dark(#0550ae, #7cb7ff); --red: light-dark(#b3121d, #ff8f8a); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; padding: 0.6rem 1rem; border-bottom: 1px solid var(--line); }
h1 { font-size: 1.1rem; margin: 0; } h2 { font-size: 1rem; margin: 1rem 0 0.4rem; }
#live, .quiet { color: var(--quiet); }
main { display: grid; grid-template-columns: minmax(20rem, 2fr) 3fr; gap: 1rem; padding: 0 1rem 1rem; }
#journal { list-style: none; margin: 0; padding: 0; max-height: 75vh; overflow: auto; border: 1px solid var(--line); border-radius: 6px; }
#journal button { display: grid; grid-template-columns: 5.5rem 1fr auto; gap: 0.5rem; width: 100%; text-align: left; border: 0; border-radius: 0;
  border-bottom: 1px solid var(--line); background: none; }
#journal button[aria-pressed='true'] { background: var(--raised); outline: 2px solid var(--blue); outline-offset: -2px; }
#journal code { overflow-wrap: anywhere; }
button, select, input, textarea { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 0.3rem 0.6rem; }
button { cursor: pointer; }
form { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; } form input, textarea { flex: 1 1 14rem; }
pre { font: 13px/1.4 ui-monospace, monospace; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 0.5rem;
  margin: 0.3rem 0; max-height: 22rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.lane { position: relative; height: 1.6rem; margin: 0.4rem 0; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; }
.lane i { position: absolute; top: 0; bottom: 0; width: 2px; background: var(--blue); }
.broken, .error { color: var(--red); } label { margin-right: 1rem; white-space: nowrap; }
@media (max-width: 60rem) { main { grid-template-columns: 1fr; } }
`;
