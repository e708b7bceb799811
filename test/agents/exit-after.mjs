// Ends after SECONDS with CODE: exit-after.mjs SECONDS [CODE].
const [seconds = '1', code = '1'] = process.argv.slice(2);
console.log(`will end with ${code} after ${seconds} s`);
setTimeout(
  () => {
    console.error('this is the end');
    process.exit(Number(code));
  },
  Number(seconds) * 1000,
);
