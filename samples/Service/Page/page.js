// Records or takes a file, shows tokens live, then sends the whole to /tokens and the container that comes back to /sound.
const at = id => document.getElementById(id);
const say = text => { at("state").textContent = text; };
let recording = null;

at("record").onclick = () => (recording ? stop() : record()).catch(fail);
at("file").onchange = event => event.target.files[0]?.arrayBuffer().then(roundTrip).catch(fail);

function fail(failure) {
  recording?.close();
  say(failure.message);
}

async function record() {
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  const audio = new AudioContext();
  await audio.audioWorklet.addModule("/recorder.js");
  const recorder = new AudioWorkletNode(audio, "recorder", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  const socket = new WebSocket(`${location.origin.replace("http", "ws")}/live?rate=${audio.sampleRate}`);
  const blocks = [];
  let sent = 0, hasLast;
  const last = new Promise(resolve => { hasLast = resolve; });
  const send = () => {
    if (socket.readyState !== WebSocket.OPEN) return;
    while (sent < blocks.length) socket.send(blocks[sent++]);
  };
  socket.onopen = send;
  recorder.port.onmessage = ({ data }) => {
    blocks.push(data.block);
    send();
    if (data.last) hasLast();
  };
  socket.onmessage = ({ data }) => {
    const { first, tokens, last } = JSON.parse(data);
    tokens.forEach((token, i) => showToken(first + i, token));
    if (!last) say(`Listening: ${first + tokens.length} tokens.`);
    at("count").textContent = `${first + tokens.length} tokens`;
  };
  socket.onclose = ({ reason }) => { if (reason) say(reason); };
  const close = async () => {
    recording = null;
    at("record").textContent = "Record";
    recorder.port.postMessage("end");
    await last;
    if (socket.readyState === WebSocket.OPEN) socket.send("end");
    microphone.getTracks().forEach(track => track.stop());
    await audio.close();
  };
  clear("live");
  recording = { blocks, close, rate: audio.sampleRate };
  audio.createMediaStreamSource(microphone).connect(recorder);
  at("record").textContent = "Stop";
  say("Listening.");
}

async function stop() {
  const { blocks, rate, close } = recording;
  await close();
  await roundTrip(wav(blocks, rate));
}

async function roundTrip(file) {
  say("Tokenizing.");
  const tokens = await post("/tokens?as=absq", file);
  play("original-sound", file);
  await showSpectrogram("original", file).catch(() => clear("original")); // the service reads more kinds of files than browsers
  say("Synthesizing.");
  const sound = await post("/sound", tokens);
  play("again-sound", sound);
  await showSpectrogram("again", sound);
  at("sizes").textContent =
    `${file.byteLength.toLocaleString("en")} bytes of sound became ${tokens.byteLength.toLocaleString("en")} bytes of tokens.`;
  say("Done: listen to both.");
}

async function post(address, body) {
  const answer = await fetch(address, { method: "POST", body });
  if (!answer.ok) throw new Error((await answer.json()).error);
  return answer.arrayBuffer();
}

function play(id, file) {
  URL.revokeObjectURL(at(id).src);
  at(id).src = URL.createObjectURL(new Blob([file]));
}

function wav(blocks, rate) {
  const bytes = 2 * blocks.reduce((sum, block) => sum + block.length, 0);
  const file = new DataView(new ArrayBuffer(44 + bytes));
  const text = (place, word) => [...word].forEach((letter, i) => file.setUint8(place + i, letter.charCodeAt(0)));
  text(0, "RIFF"); text(8, "WAVEfmt "); text(36, "data");
  file.setUint32(4, 36 + bytes, true);
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, rate, true);
  file.setUint32(28, 2 * rate, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  file.setUint32(40, bytes, true);
  let place = 44;
  for (const block of blocks) for (const sample of block) { file.setInt16(place, sample, true); place += 2; }
  return file.buffer;
}

function clear(id) {
  const canvas = at(id);
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
}

// A column of bits, highest on top; the picture begins anew when it is full.
function showToken(place, token) {
  const canvas = at("live"), pen = canvas.getContext("2d"), bits = 18, size = canvas.height / bits, width = 3;
  const left = place * width % canvas.width;
  for (let bit = 0; bit < bits; bit++) {
    pen.fillStyle = token >> (bits - 1 - bit) & 1 ? "#f5c04a" : "#28324e";
    pen.fillRect(left, bit * size, width, size);
  }
}

async function showSpectrogram(id, file) {
  const sound = await new OfflineAudioContext(1, 1, 16000).decodeAudioData(file.slice(0));
  const samples = sound.getChannelData(0), canvas = at(id), pen = canvas.getContext("2d"), size = 512;
  const picture = pen.createImageData(canvas.width, canvas.height);
  for (let x = 0; x < canvas.width; x++) {
    const levels = powers(samples, Math.round(x / canvas.width * samples.length) - size / 2, size);
    for (let y = 0; y < canvas.height; y++) {
      const power = levels[Math.floor((canvas.height - 1 - y) / canvas.height * size / 2)];
      const light = Math.max(0, Math.min(1, (10 * Math.log10(power + 1e-9) + 40) / 70));
      picture.data.set([255 * light, 220 * light ** 2, 120 * light ** 0.5 * (1 - light), 255], 4 * (y * canvas.width + x));
    }
  }
  pen.putImageData(picture, 0, 0);
}

// Powers of the frequencies in a Hann window, by a fast Fourier transform (Cooley and Tukey 1965).
function powers(samples, start, size) {
  const real = new Float64Array(size), imaginary = new Float64Array(size), levels = Math.log2(size);
  for (let n = 0; n < size; n++) {
    let reversed = 0;
    for (let bit = 0; bit < levels; bit++) reversed = reversed << 1 | n >> bit & 1;
    real[reversed] = (samples[start + n] ?? 0) * (0.5 - 0.5 * Math.cos(2 * Math.PI * n / size));
  }
  for (let half = 1; half < size; half *= 2) {
    for (let first = 0; first < size; first += 2 * half) {
      for (let k = first; k < first + half; k++) {
        const angle = -Math.PI * (k - first) / half, cos = Math.cos(angle), sin = Math.sin(angle);
        const r = real[k + half] * cos - imaginary[k + half] * sin, i = real[k + half] * sin + imaginary[k + half] * cos;
        real[k + half] = real[k] - r; imaginary[k + half] = imaginary[k] - i;
        real[k] += r; imaginary[k] += i;
      }
    }
  }
  return real.map((r, n) => r * r + imaginary[n] * imaginary[n]);
}
