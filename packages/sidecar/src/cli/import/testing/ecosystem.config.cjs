// A shop: an API in a cluster, a worker, a Python scorer, a nightly report.
const path = require('node:path');

const logs = '/var/log/shop';

module.exports = {
  apps: [
    {
      name: 'Shop API',
      script: path.join(__dirname, 'dist/server.js'),
      cwd: __dirname,
      args: '--port 3000 --title "My shop"',
      node_args: ['--max-old-space-size=512'],
      instances: 4,
      exec_mode: 'cluster',
      wait_ready: true,
      listen_timeout: 8000,
      kill_timeout: 5000,
      max_memory_restart: '600M',
      env: { NODE_ENV: 'development', PORT: 3000, PRICE: '$5 or ${less}' },
      env_production: { NODE_ENV: 'production', STRIPE_SECRET_KEY: 'sk_live_1' },
      out_file: `${logs}/api.out.log`,
      error_file: `${logs}/api.err.log`,
      watch: ['dist'],
    },
    {
      name: 'worker',
      script: './worker.mjs',
      instances: 'max',
      exec_mode: 'fork',
      max_restarts: 10,
      exp_backoff_restart_delay: 100,
      stop_exit_codes: [0],
      user: 'shop',
    },
    {
      name: 'scorer',
      script: 'score.py',
      cwd: '/srv/scorer',
      interpreter: '/srv/scorer/venv/bin/python3',
      args: ['--model', '/srv/scorer/model.bin'],
      autorestart: true,
    },
    { name: 'report', script: 'npm run report -- --all', autorestart: false, cron_restart: '0 3 * * *' },
  ],
  deploy: {
    production: {
      user: 'deploy',
      host: ['10.0.0.1'],
      ref: 'origin/main',
      repo: 'git@example.org:shop.git',
      path: '/srv/shop',
    },
  },
};
