// PyAV as the host runtime's codec (ascendcl/codec.h): C functions that call those of _codecs.py.
// The runtime's threads come here without the GIL: it is held while Python works, and never while
// pixels are copied or handed on.
// SPDX-License-Identifier: Apache-2.0
#include "ascendcl/codec.h"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

#include "bindings/modules.h"
#include "bindings/objects/host_function.h"
#include "bindings/objects/status.h"
#include "bindings/python_call.h"

namespace py = pybind11;

namespace ascendcl::objects {
namespace {

// Of _codecs.py, which is imported by the first picture: most programs have none.
py::object codec_function(const char *name) {
    PyObject *const module =
        without_unwinding([] { return PyImport_ImportModule("ascendcl._codecs"); });
    if (module == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::module_>(module).attr(name);
}

// Without the traceback, which nobody sees a picture's caller in.
std::string words_of(const py::error_already_set &error) {
    const std::string type = py::cast<std::string>(error.type().attr("__name__"));
    PyObject *const text = without_unwinding([&] { return PyObject_Str(error.value().ptr()); });
    if (text == nullptr) {
        PyErr_Clear();
        return type;
    }
    return type + ": " + py::cast<std::string>(py::reinterpret_steal<py::str>(text));
}

// Runs `body` with the GIL: 0, or 1 and why not.
template <typename Body>
int with_python(char *why, size_t why_size, Body &&body) noexcept {
    if (!is_python_running()) {
        std::snprintf(why, why_size, "Python is shutting down");
        return 1;
    }
    const WithGil gil;
    try {
        const py::error_scope pending;  // of a Python thread that waits for the stream
        try {
            body();
            return 0;
        } catch (py::error_already_set &error) {
            std::snprintf(why, why_size, "%s", words_of(error).c_str());
        }
    } catch (const std::exception &error) {
        std::snprintf(why, why_size, "%s", error.what());
    }
    return 1;
}

// The caller's memory, to Python, while this lives.
class LentBytes {
   public:
    LentBytes(const uint8_t *bytes, size_t size)
        : view_(py::memoryview::from_memory(bytes, static_cast<py::ssize_t>(size))) {}
    LentBytes(const LentBytes &) = delete;
    LentBytes &operator=(const LentBytes &) = delete;
    ~LentBytes() {
        const py::error_scope pending;
        PyObject *const none = PyObject_CallMethod(view_.ptr(), "release", nullptr);
        if (none == nullptr) PyErr_Clear();
        Py_XDECREF(none);
    }
    const py::object &view() const { return view_; }

   private:
    py::object view_;
};

// As _codecs.Frame has it.
ascendclFrame frame_of(const py::tuple &made) {
    ascendclFrame frame{};
    frame.planes = static_cast<ascendclPlanes>(made[0].cast<int>());
    frame.width = made[1].cast<uint32_t>();
    frame.height = made[2].cast<uint32_t>();
    const auto planes = made[3].cast<py::tuple>();
    for (size_t i = 0; i < planes.size() && i < 3; ++i) {
        const auto plane = planes[i].cast<py::tuple>();
        frame.data[i] = reinterpret_cast<const uint8_t *>(plane[0].cast<uintptr_t>());
        frame.stride[i] = plane[1].cast<size_t>();
    }
    frame.tag = made[4].cast<uint64_t>();
    return frame;
}

py::tuple tuple_of(const ascendclEncoding &encoding) {
    return py::make_tuple(static_cast<int>(encoding.kind), encoding.quality, encoding.width,
                          encoding.height, encoding.frames_per_second, encoding.key_frame_interval,
                          encoding.bits_per_second, encoding.is_constant_rate, encoding.profile);
}

size_t half_of(size_t count) noexcept { return (count + 1) / 2; }

// Bytes a row and rows of a plane; 0 of one that is not there.
struct PlaneSize {
    size_t row;
    size_t rows;
};

PlaneSize size_of_plane(const ascendclFrame &frame, int plane) noexcept {
    const size_t width = frame.width;
    const size_t height = frame.height;
    if (plane == 0 && frame.planes < ASCENDCL_PLANES_RGB) return {width, height};
    switch (frame.planes) {
        case ASCENDCL_PLANES_420:
            return {half_of(width), half_of(height)};
        case ASCENDCL_PLANES_422:
            return {half_of(width), height};
        case ASCENDCL_PLANES_440:
            return {width, half_of(height)};
        case ASCENDCL_PLANES_444:
            return {width, height};
        default:  // encoders take no others
            return {0, 0};
    }
}

// What Python made for it holds the same planes. Throws where it does not.
void fill_frame(const py::tuple &made, const ascendclFrame &source) {
    const ascendclFrame target = frame_of(made);
    if (target.planes != source.planes || target.width != source.width ||
        target.height != source.height) {
        throw std::runtime_error("the frame is " + std::to_string(source.width) + "x" +
                                 std::to_string(source.height) + ", the encoder was opened for " +
                                 std::to_string(target.width) + "x" +
                                 std::to_string(target.height));
    }
    const WithoutGil released;
    for (int plane = 0; plane < 3; ++plane) {
        const PlaneSize size = size_of_plane(source, plane);
        auto *const to = const_cast<uint8_t *>(target.data[plane]);  // nobody else's yet
        for (size_t row = 0; row < size.rows; ++row) {
            std::memcpy(to + row * target.stride[plane],
                        source.data[plane] + row * source.stride[plane], size.row);
        }
    }
}

// As _codecs.Packet has it.
void hand_on(const py::tuple &packet, ascendclBytesSink sink, void *to) {
    const auto *const bytes = reinterpret_cast<const uint8_t *>(packet[0].cast<uintptr_t>());
    const auto size = packet[1].cast<size_t>();
    const auto tag = packet[2].cast<uint64_t>();
    const int is_key_frame = packet[3].cast<bool>() ? 1 : 0;
    const WithoutGil released;
    sink(to, bytes, size, tag, is_key_frame);
}

void hand_on(const py::tuple &made, ascendclFrameSink sink, void *to) {
    const ascendclFrame frame = frame_of(made);
    const WithoutGil released;
    sink(to, &frame);
}

py::object borrowed(void *stream) {
    return py::reinterpret_borrow<py::object>(static_cast<PyObject *>(stream));
}

int decode_picture(void *, ascendclCodecKind kind, const uint8_t *bytes, size_t size,
                   ascendclFrameSink sink, void *to, char *why, size_t why_size) {
    return with_python(why, why_size, [&] {
        const LentBytes lent(bytes, size);
        const py::tuple made = call(codec_function("decode"), static_cast<int>(kind), lent.view());
        hand_on(made, sink, to);
    });
}

int encode_picture(void *, const ascendclEncoding *encoding, const ascendclFrame *frame,
                   ascendclBytesSink sink, void *to, char *why, size_t why_size) {
    return with_python(why, why_size, [&] {
        const py::tuple made = call(codec_function("empty_frame"), static_cast<int>(frame->planes),
                                    frame->width, frame->height, true);
        fill_frame(made, *frame);
        const py::tuple packet =
            call(codec_function("encode"), tuple_of(*encoding), py::object(made[5]));
        hand_on(packet, sink, to);
    });
}

int open_stream(void *, ascendclCodecKind kind, const ascendclEncoding *encoding, void **stream,
                char *why, size_t why_size) {
    return with_python(why, why_size, [&] {
        py::object opened = encoding == nullptr
                                ? call(codec_function("Decoder"), static_cast<int>(kind))
                                : call(codec_function("Encoder"), tuple_of(*encoding));
        *stream = opened.release().ptr();
    });
}

int send_packet(void *, void *stream, const uint8_t *bytes, size_t size, uint64_t tag,
                ascendclFrameSink sink, void *to, char *why, size_t why_size) {
    return with_python(why, why_size, [&] {
        const py::object send = borrowed(stream).attr("send");
        py::list frames;
        if (bytes == nullptr) {
            frames = call(send, py::none(), tag);
        } else {
            const LentBytes lent(bytes, size);
            frames = call(send, lent.view(), tag);
        }
        for (const py::handle frame : frames) hand_on(frame.cast<py::tuple>(), sink, to);
    });
}

int send_frame(void *, void *stream, const ascendclFrame *frame, int force_key_frame,
               ascendclBytesSink sink, void *to, char *why, size_t why_size) {
    return with_python(why, why_size, [&] {
        const py::object encoder = borrowed(stream);
        py::object filled = py::none();
        if (frame != nullptr) {
            const py::tuple made = call(encoder.attr("empty_frame"));
            fill_frame(made, *frame);
            filled = made[5];
        }
        const py::list packets =
            call(encoder.attr("send"), filled, frame == nullptr ? uint64_t{0} : frame->tag,
                 force_key_frame != 0);
        for (const py::handle packet : packets) hand_on(packet.cast<py::tuple>(), sink, to);
    });
}

void close_stream(void *, void *stream) {
    if (stream == nullptr || !is_python_running()) return;
    const WithGil gil;
    without_unwinding([stream] { Py_DECREF(static_cast<PyObject *>(stream)); });
}

// Answers whether the runtime in use takes codecs.
bool register_codec() {
    const auto give = host_function<decltype(&ascendclRegisterCodec)>("ascendclRegisterCodec");
    if (give == nullptr) return false;
    const ascendclCodec codec{sizeof(ascendclCodec), "PyAV",          nullptr,
                              &decode_picture,       &encode_picture, &open_stream,
                              &send_packet,          &send_frame,     &close_stream};
    call_core([&] { return core::Status{give(&codec), "ascendclRegisterCodec"}; });
    return true;
}

}  // namespace

void register_codecs(py::module_ &module) { module.def("register_codec", &register_codec); }

}  // namespace ascendcl::objects
