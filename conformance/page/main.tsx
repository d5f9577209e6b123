import { render } from 'preact';
import { App } from './app.tsx';
import { readDocument } from './store.ts';

const store = await readDocument();
const root = document.getElementById('app')!;
root.replaceChildren();
render(<App first={store} />, root);
