#!/usr/bin/env bash
# Starts the service, sends a clip there and back, and stops it, as the addresses in Program.cs say.
set -euo pipefail
cd "$(dirname "$0")/../.."
service=http://localhost:5080
output=$(mktemp -d)

dotnet build -c Release samples/Service -v q
dotnet artifacts/bin/Service/release/Service.dll --Logging:LogLevel:Default Warning &
trap 'kill $! 2> /dev/null || true; rm -r "$output"' EXIT
curl -sf --retry 60 --retry-delay 1 --retry-all-errors "$service/health/ready" > /dev/null

curl -sf --data-binary @samples/clips/dev/1183-124566-0000.flac "$service/tokens" | head -c 200
echo " …"
curl -sf --data-binary @samples/clips/dev/1183-124566-0000.flac "$service/tokens?as=absq" -o "$output/clip.absq"
curl -sf --data-binary "@$output/clip.absq" "$service/sound" -o "$output/clip.wav"
wc -c "$output/clip.absq" "$output/clip.wav" | head -2
[ "$(head -c 4 "$output/clip.wav")" = RIFF ]
[ "$(curl -s -o /dev/null -w '%{http_code}' --data-binary @README.md "$service/tokens")" = 422 ]

kill %1
wait %1
echo "stopped"
