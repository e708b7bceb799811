/** Puts the page together: the model, its connection, and the view that is drawn anew when either has changed. */
import { render } from 'preact';
import { App } from './app.js';
import { batched } from './frames.js';
import { Link } from './link.js';
import { Model } from './model.js';
import { onTokenRefused, takeToken, token } from './token.js';

takeToken();
const model = new Model();
const place = document.getElementById('app');
if (place === null) throw new Error('The page has no place for the dashboard.');
place.replaceChildren();

const draw = batched(() => render(<App model={model} link={link.state} mayAct={token() !== undefined} />, place));
const link = new Link({
  cursor: () => model.cursor,
  message: (message) => {
    model.apply(message);
    draw();
  },
  changed: draw,
});
onTokenRefused(draw);
addEventListener('hashchange', () => {
  takeToken();
  draw();
});
link.start();
draw();
