"use strict";
// Everything works without this file. It adds: drawing a signature, smaller photos before sending.
document.querySelectorAll("[data-sign]").forEach(function (box) {
  var canvas = document.createElement("canvas"), field = box.querySelector("input[type=hidden]"), context, last = null;
  box.prepend(canvas);
  box.hidden = false;
  canvas.width = canvas.clientWidth || 320;
  canvas.height = 200;
  context = canvas.getContext("2d");
  context.lineWidth = 2.5;
  context.lineCap = "round";
  function place(event) {
    var r = canvas.getBoundingClientRect();
    return [(event.clientX - r.left) * canvas.width / r.width, (event.clientY - r.top) * canvas.height / r.height];
  }
  canvas.addEventListener("pointerdown", function (event) { last = place(event); canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", function (event) {
    if (!last) return;
    var now = place(event);
    context.beginPath(); context.moveTo(last[0], last[1]); context.lineTo(now[0], now[1]); context.stroke();
    last = now;
  });
  canvas.addEventListener("pointerup", function () { last = null; field.value = canvas.toDataURL("image/png"); });
  box.querySelector("[data-clear]").addEventListener("click", function () {
    context.clearRect(0, 0, canvas.width, canvas.height); field.value = "";
  });
});
document.querySelectorAll("input[type=file][data-shrink]").forEach(function (input) {
  input.addEventListener("change", function () {
    var file = input.files[0];
    if (!file || !/^image\/(jpeg|png)$/.test(file.type) || file.size < 1500000 || !window.createImageBitmap || !window.DataTransfer) return;
    createImageBitmap(file, { imageOrientation: "from-image" }).then(function (picture) {
      var scale = Math.min(1, 2000 / Math.max(picture.width, picture.height)), canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale); canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(function (small) {
        if (!small || small.size >= file.size) return;
        var list = new DataTransfer();
        list.items.add(new File([small], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }));
        input.files = list.files;
      }, "image/jpeg", 0.8);
    }).catch(function () {});
  });
});
